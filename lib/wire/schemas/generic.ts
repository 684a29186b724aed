/** The two classes of documents that are announced where nothing is declared. */

import type { JsonSchema } from './endpoint-schema.ts'
import { TENSOR_MARK } from './field-kind.ts'
import legacyDocument from './legacy-document.json' with { type: 'json' }

const TEXT: JsonSchema = { type: ['string', 'null'] }
const TENSOR: JsonSchema = { type: ['array', 'null'], items: { type: 'number' }, [TENSOR_MARK]: 'not specified' }

/** What an executor without declared types is good for. Chunks and matches would have to refer to it, which no gateway reads. */
export const GENERIC_DOCUMENT: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    text: TEXT,
    url: TEXT,
    uri: TEXT,
    mime_type: TEXT,
    tags: { type: 'object', default: {} },
    blob: { ...TEXT, format: 'binary' },
    bytes_: { ...TEXT, format: 'binary' },
    tensor: TENSOR,
    embedding: TENSOR,
  },
}

/**
 * Jina's own class of the dry run, to the letter: a gateway takes a schema for that class only if it is equal to its own, and
 * compares it with that of the next executor.
 */
export const LEGACY_DOCUMENT: JsonSchema = legacyDocument
