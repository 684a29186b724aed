/** What a document may be made of, and the errors for what it may not. */
import { XserveError } from '../errors.ts'
import type { Document } from './document.ts'
import type { DocumentArray } from './document-array.ts'
import { FIELD } from './fields.ts'
import type { Scores } from './scores.ts'
import type { TensorInput } from './tensor.ts'

/** Documents, or what can become some: a string is a document with that text. */
export type DocumentsInput = DocumentArray | readonly (Document | DocumentInit | string)[]

/** Fields of a new document; each is as the property of the same name. */
export interface DocumentInit {
  id?: string | undefined
  text?: string | undefined
  blob?: Uint8Array | undefined
  tensor?: TensorInput | undefined
  embedding?: TensorInput | undefined
  uri?: string | undefined
  mimeType?: string | undefined
  tags?: Record<string, unknown> | undefined
  weight?: number | undefined
  scores?: Scores | undefined
  evaluations?: Scores | undefined
  chunks?: DocumentsInput | undefined
  matches?: DocumentsInput | undefined
  modality?: string | undefined
  location?: readonly number[] | undefined
  offset?: number | undefined
  parentId?: string | undefined
  granularity?: number | undefined
  adjacency?: number | undefined
  /** Fields of docarray's second dialect by name, as `doc.fields` has them. */
  fields?: Readonly<Record<string, unknown>> | undefined
}

/** The document that an array of chunks or matches belongs to. */
export interface Owner {
  readonly document: Document
  readonly kind: 'chunks' | 'matches'
}

/** Stands for "made from bytes" in the constructor. */
export const UNSET: DocumentInit = Object.freeze({ id: '' })

const PROPERTIES: ReadonlySet<string> = new Set([...Object.keys(FIELD), 'fields'])

/** Throws XserveError BAD_DOCUMENT for a name that no field has. */
export function checkProperty(key: string): void {
  if (PROPERTIES.has(key)) return
  throw new XserveError('BAD_DOCUMENT', `a Document has no field ${JSON.stringify(key)}`, {
    hint: `fields: ${[...PROPERTIES].join(', ')}`,
  })
}

export function wrongType(name: string, expected: string, value: unknown): XserveError {
  const kind =
    value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
  return new XserveError('BAD_DOCUMENT', `${name} must be ${expected}, not ${kind}`, { where: name })
}

const CONTENT = ['text', 'blob', 'tensor'] as const

/** Throws XserveError BAD_DOCUMENT for more than one of text, blob and tensor: they exclude each other. */
export function checkInit(init: DocumentInit): void {
  const is = (name: (typeof CONTENT)[number]): boolean => init[name] !== undefined && init[name] !== null
  if (Number(is('text')) + Number(is('blob')) + Number(is('tensor')) < 2) return
  const given = CONTENT.filter(is)
  throw new XserveError('BAD_DOCUMENT', `a Document has ${given.join(' or ')}, not both`, {
    hint: 'put one of them into a chunk, or describe it in tags',
  })
}

/** Throws XserveError BAD_DOCUMENT for what a DocumentArray cannot make a document of. */
export function checkInput(value: unknown): DocumentInit | string {
  if (typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return value as DocumentInit | string
  throw new XserveError(
    'BAD_DOCUMENT',
    `${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value} is no Document`,
    {
      hint: 'a DocumentArray takes Documents, texts, and objects with the fields of a Document',
    },
  )
}
