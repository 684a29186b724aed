/** Values in another form than the declared one, as peers that know fewer kinds send them. */

import { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import { Tensor, type TensorInput } from '../../document/tensor.ts'
import { documentOfFields } from '../../document/v2/from-fields.ts'
import { XserveError } from '../../errors.ts'
import { isPlainObject } from '../../objects.ts'
import type { FieldKind } from '../../wire/schemas/field-kind.ts'

/** What is wrong with a value that cannot be of the kind. */
export class NotConvertible {
  constructor(readonly expected: string) {}
}

const TENSOR = new NotConvertible('must be a tensor: numbers, or lists of them that are equally long')
const BLOB = new NotConvertible('must be bytes (as text: in base64)')
const DOCUMENT = new NotConvertible('must be a document: an object with its fields')
const DOCUMENTS = new NotConvertible('must be a list of documents')

/** The value itself when it is of the kind, or of one that only its schema can judge. */
export function convert(kind: FieldKind, value: unknown): unknown {
  switch (kind) {
    case 'tensor':
      return value instanceof Tensor ? value : toTensor(value)
    case 'blob':
      return value instanceof Uint8Array ? value : toBytes(value)
    case 'document':
      return value instanceof Document ? value : isPlainObject(value) ? documentOfFields(value) : DOCUMENT
    case 'documents':
      return value instanceof DocumentArray ? value : toDocuments(value)
    case 'list':
      return value instanceof Set ? [...value] : value
    default:
      return value
  }
}

/** Gateways of Jina send a list, those with pydantic 2 its JSON text. */
function toTensor(value: unknown): Tensor | NotConvertible {
  try {
    const parsed = typeof value === 'string' ? (JSON.parse(value) as unknown) : value
    if (typeof parsed !== 'object' || parsed === null) return TENSOR
    return Tensor.from(parsed as TensorInput)
  } catch (error) {
    if (error instanceof XserveError || error instanceof SyntaxError) return TENSOR
    throw error
  }
}

function toBytes(value: unknown): Uint8Array | NotConvertible {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (typeof value !== 'string') return BLOB
  try {
    return Uint8Array.fromBase64(value)
  } catch {
    return BLOB
  }
}

function toDocuments(value: unknown): DocumentArray | NotConvertible {
  if (!Array.isArray(value)) return DOCUMENTS
  const documents: Document[] = []
  for (const item of value) {
    if (item instanceof Document) documents.push(item)
    else if (isPlainObject(item)) documents.push(documentOfFields(item))
    else return DOCUMENTS
  }
  return new DocumentArray(documents)
}
