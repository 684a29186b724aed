/** Documents of the second dialect made of nodes, and read back by protobufjs. */
import { decodeDocuments, encodeDocuments } from '../../../lib/document/data-content.ts'
import type { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { decodeList, encodeList, type NodeObject } from './oracle.ts'

export const id = { text: 'i', type: 'id' }
/** One document with these fields beside its id. */
export const documentOf = (fields: Record<string, NodeObject>): Document =>
  decodeDocuments(encodeList([{ id, ...fields }]))[0]
/** The fields as protobufjs reads them, without the id. */
export function nodesOf(document: Document): Record<string, NodeObject> {
  const [{ id: _, ...rest } = {}] = decodeList(encodeDocuments(new DocumentArray([document]), 'v2'))
  return rest
}
export const tensorNode = (type: string): NodeObject => ({
  ndarray: {
    dense: { buffer: Buffer.from(Float64Array.of(1.5, -2).buffer).toString('base64'), shape: [2], dtype: '<f8' },
  },
  type,
})
