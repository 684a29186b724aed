/** Inputs of any shape as documents, packed into requests: one request is held in memory at a time. */
import { Document } from '../document/document.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { XserveError } from '../errors.ts'

/** undefined and null: one request without documents. A string or a plain object is one document. */
export type Inputs = DocumentInput | Iterable<DocumentInput> | AsyncIterable<DocumentInput> | null | undefined

/** Documents of each request; null for the request without any. `size` below 1 puts everything into one request, as in Jina. */
export async function* batches(inputs: Inputs, size: number): AsyncGenerator<DocumentArray | null, void, undefined> {
  if (inputs === undefined || inputs === null) {
    yield null
    return
  }
  const limit = size < 1 ? Number.POSITIVE_INFINITY : size
  let batch = new DocumentArray()
  // Iterating without `for await` where that can be: a microtask for each document costs more than the document.
  if (isAsync(inputs)) {
    for await (const input of inputs) {
      if (batch.push(input) < limit) continue
      yield batch
      batch = new DocumentArray()
    }
  } else {
    for (const input of listed(inputs)) {
      if (batch.push(input) < limit) continue
      yield batch
      batch = new DocumentArray()
    }
  }
  if (batch.length > 0) yield batch
}

function isAsync(inputs: object | string): inputs is AsyncIterable<DocumentInput> {
  return typeof inputs === 'object' && Symbol.asyncIterator in inputs
}

function listed(inputs: DocumentInput | Iterable<DocumentInput>): Iterable<DocumentInput> {
  if (typeof inputs === 'string' || inputs instanceof Document) return [inputs]
  if (typeof inputs !== 'object') {
    throw new XserveError('BAD_DOCUMENT', `inputs cannot be a ${typeof inputs}`, {
      hint: 'inputs are Documents, texts, objects with the fields of a Document, or iterables of these',
    })
  }
  return Symbol.iterator in inputs ? (inputs as Iterable<DocumentInput>) : [inputs as DocumentInput]
}
