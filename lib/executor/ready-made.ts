/** The classes of documents that docarray has ready, as schemas to declare: `@requests({ input: TextDoc })`. */

import type { Document } from '../document/document.ts'
import type { Tensor } from '../document/tensor.ts'
import { TENSOR_MARK } from '../wire/schemas/field-kind.ts'
import type { TypedSchema } from './typed/declared.ts'

const TEXT = { type: ['string', 'null'], default: null } as const
const BYTES = { ...TEXT, format: 'binary' } as const
const TENSOR = {
  type: ['array', 'null'],
  items: { type: 'number' },
  [TENSOR_MARK]: 'not specified',
  default: null,
} as const
const ID = { type: 'string' } as const

interface Common {
  id: string
  url?: string | null
  embedding?: Tensor | null
  bytes_?: Uint8Array | null
}

/** A text, or where it is to be found. */
export const TextDoc: TypedSchema<Common & { text?: string | null }> = {
  title: 'TextDoc',
  type: 'object',
  properties: { id: ID, text: TEXT, url: TEXT, embedding: TENSOR, bytes_: BYTES },
}

/** An image: its address, its file's bytes, or its pixels as a tensor. */
export const ImageDoc: TypedSchema<Common & { tensor?: Tensor | null }> = {
  title: 'ImageDoc',
  type: 'object',
  properties: { id: ID, url: TEXT, tensor: TENSOR, embedding: TENSOR, bytes_: BYTES },
}

/** Sound; `frame_rate` in samples per second. */
export const AudioDoc: TypedSchema<Common & { tensor?: Tensor | null; frame_rate?: number | null }> = {
  title: 'AudioDoc',
  type: 'object',
  properties: {
    id: ID,
    url: TEXT,
    tensor: TENSOR,
    embedding: TENSOR,
    bytes_: BYTES,
    frame_rate: { type: ['integer', 'null'], default: null },
  },
}

/** A film: its pictures as a tensor, its sound as a document of its own. */
export const VideoDoc: TypedSchema<
  Common & { audio?: Document | null; tensor?: Tensor | null; key_frame_indices?: Tensor | null }
> = {
  title: 'VideoDoc',
  type: 'object',
  properties: {
    id: ID,
    url: TEXT,
    audio: { anyOf: [{ $ref: '#/$defs/AudioDoc' }, { type: 'null' }], default: null },
    tensor: TENSOR,
    key_frame_indices: TENSOR,
    embedding: TENSOR,
    bytes_: BYTES,
  },
  $defs: { AudioDoc },
}
