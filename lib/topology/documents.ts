/** What the graph does with documents: join, choose, put in order. Bytes go through as they are wherever that is enough. */
import { decodeData, encodeData } from '../document/data-content.ts'
import { DocumentArray } from '../document/document-array.ts'
import { concatenate, reduceDocuments } from '../document/reduce.ts'
import type { Condition } from '../plan/condition.ts'
import { matches } from './matches.ts'

/** DataContentProto bytes of several branches as one, by id; the branches count in their order (Jina facts §5.5). */
export function joinData(branches: readonly Uint8Array[]): Uint8Array {
  const first = branches[0]!
  if (branches.every((branch) => isSame(branch, first))) return first
  return encodeData(reduceDocuments(branches.map((branch) => decodeData(branch))))
}

/** The same one behind the other: nothing is joined. */
export function appendData(branches: readonly Uint8Array[]): Uint8Array {
  return encodeData(concatenate(branches.map((branch) => decodeData(branch))))
}

/** Branches that nobody has changed come from one and the same request. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return (
    left === right ||
    (left.byteOffset === right.byteOffset && left.length === right.length && left.buffer === right.buffer)
  )
}

/** The documents that fulfil the condition, as they came: the very bytes when all do. */
export function filterData(data: Uint8Array, condition: Condition): Uint8Array {
  // Reading a document's fields marks them as changed, so the copy that is read is not the one that is written.
  const keep = decodeData(data).map((document) => matches(condition, document))
  if (!keep.includes(false)) return data
  return pick(
    data,
    [...keep.keys()].filter((index) => keep[index]),
  )
}

/** The documents in the order that their ids have in `request`; new ones stand at the end as they came. */
export function orderLike(data: Uint8Array, request: Uint8Array): Uint8Array {
  const places = new Map<string, number>()
  decodeData(request).forEach((document, index) => {
    if (!places.has(document.id)) places.set(document.id, index)
  })
  const wanted = decodeData(data).map((document) => places.get(document.id) ?? places.size)
  if (wanted.every((place, index) => index === 0 || wanted[index - 1]! <= place)) return data
  return pick(
    data,
    [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]! || a - b),
  )
}

/** No document in it, or nothing at all. */
export const isEmpty = (data: Uint8Array): boolean => data.length === 0 || decodeData(data).length === 0

function pick(data: Uint8Array, indexes: readonly number[]): Uint8Array {
  const documents = decodeData(data)
  return encodeData(new DocumentArray(indexes.map((index) => documents.at(index)!)).like(documents))
}
