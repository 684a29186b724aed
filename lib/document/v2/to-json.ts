/** Documents as the second dialect has them in JSON: every field by its name, null where it holds nothing. */
import { decodeData, encodeData } from '../data-content.ts'
import type { DocumentArray } from '../document-array.ts'
import { plainValue } from '../plain-value.ts'
import { keepingFloats } from '../whole-floats.ts'

/** JSON objects, for JSON.stringify, of the documents in DataContentProto bytes; those of the first dialect become ones of the second. */
export function dataToNodeJson(data: Uint8Array): Record<string, unknown>[] {
  if (data.length === 0) return []
  const documents = decodeData(data, 'v2')
  if (documents.length === 0) return []
  return keepingFloats(() => inSecond(documents).map((document) => plainValue(document) as Record<string, unknown>))
}

function inSecond(documents: DocumentArray): DocumentArray {
  return documents.dialect === 'v2' ? documents : decodeData(encodeData(documents, 'v2'), 'v2')
}
