/**
 * Documents as the HTTP and WebSocket gateways answer them: every key there, null where empty (Jina facts §2.2). Text is made
 * from the bytes straight away: an object with nineteen keys that JSON.stringify walks again would cost twice as much.
 */

import { decodeStruct } from '../protobuf/struct.ts'
import { decodeData } from './data-content.ts'
import { MAX_DEPTH, tooDeep } from './depth.ts'
import type { Document } from './document.ts'
import {
  FIELD,
  fieldNumber,
  findContents,
  findContentText,
  findFloat,
  findFloats,
  findMessage,
  findText,
  findUint,
  LAST_FIELD,
  nextField,
} from './fields.ts'
import { newId } from './id.ts'
import { readNdArray } from './nd-array.ts'
import { readScore, type Scores } from './scores.ts'
import type { Tensor } from './tensor.ts'

/** What a chunk or match takes from the document that it belongs to. */
interface Above {
  readonly kind: 'chunks' | 'matches'
  readonly id: string
  readonly granularity: number
  readonly adjacency: number
}

/** A JSON list of the documents in DataContentProto bytes. Throws XserveError BAD_REQUEST, BAD_TENSOR, BAD_DOCUMENT, PICKLE_REFUSED. */
export function dataToFullJson(data: Uint8Array): string {
  if (data.length === 0) return '[]'
  const documents = decodeData(data)
  const bytesOf = (document: Document) => (documents.dialect === 'v2' ? document.legacy() : document).toBytes()
  if (documents.length === 1) return `[${fullJson(bytesOf(documents.at(0)!), null, 0)}]`
  return `[${documents.map((document) => fullJson(bytesOf(document), null, 0)).join(',')}]`
}

function fullJson(bytes: Uint8Array, above: Above | null, depth: number): string {
  if (depth > MAX_DEPTH) throw tooDeep()
  const end = bytes.length
  let seen = 0
  for (let at = 0; at < end; ) {
    at = nextField(bytes, at, end)
    const number = fieldNumber()
    // One of the three counts, which is the last.
    if (number >= FIELD.blob && number <= FIELD.text) seen &= ~CONTENT
    if (number < LAST_FIELD) seen |= 1 << number
  }
  const has = (number: number): boolean => (seen & (1 << number)) !== 0
  const text = (number: number): string => (has(number) ? quoted(findText(bytes, 0, end, number)) : 'null')
  const float = (number: number): string => (has(number) ? numeric(findFloat(bytes, 0, end, number)) : 'null')
  const array = (number: number, name: string): string =>
    has(number) ? tensorJson(readNdArray(findMessage(bytes, 0, end, number)!, name)?.tensor) : 'null'
  const scores = (number: number): string => (has(number) ? scoresJson(findContents(bytes, 0, end, number)) : 'null')

  const id = (has(FIELD.id) && findText(bytes, 0, end, FIELD.id)) || newId()
  const own = (number: number): number => (has(number) ? (findUint(bytes, 0, end, number) ?? 0) : 0)
  const granularity = above?.kind === 'chunks' ? above.granularity + 1 : own(FIELD.granularity)
  const adjacency = above?.kind === 'matches' ? above.adjacency + 1 : own(FIELD.adjacency)
  const children = (number: number, kind: Above['kind']): string => {
    if (!has(number)) return 'null'
    const here: Above = { kind, id, granularity, adjacency }
    return `[${findContents(bytes, 0, end, number)
      .map((child) => fullJson(child, here, depth + 1))
      .join(',')}]`
  }
  const parent = above?.kind === 'chunks' ? JSON.stringify(above.id) : text(FIELD.parentId)
  const content = has(FIELD.text) ? quoted(findContentText(bytes, 0, end)) : 'null'
  const blob = has(FIELD.blob) ? base64(findContents(bytes, 0, end, FIELD.blob).at(-1)!) : 'null'
  const tags = has(FIELD.tags) ? structJson(findMessage(bytes, 0, end, FIELD.tags)!) : 'null'
  const location = has(FIELD.location) ? numbers(findFloats(bytes, 0, end, FIELD.location)) : 'null'
  return (
    `{"id":${JSON.stringify(id)},"parent_id":${parent},"granularity":${granularity || 'null'}` +
    `,"adjacency":${adjacency || 'null'},"blob":${blob},"tensor":${array(FIELD.tensor, 'tensor')}` +
    `,"mime_type":${text(FIELD.mimeType)},"text":${content},"weight":${float(FIELD.weight)},"uri":${text(FIELD.uri)}` +
    `,"tags":${tags},"offset":${float(FIELD.offset)},"location":${location}` +
    `,"embedding":${array(FIELD.embedding, 'embedding')},"modality":${text(FIELD.modality)}` +
    `,"evaluations":${scores(FIELD.evaluations)},"scores":${scores(FIELD.scores)}` +
    `,"chunks":${children(FIELD.chunks, 'chunks')},"matches":${children(FIELD.matches, 'matches')}}`
  )
}

const CONTENT = (1 << FIELD.blob) | (1 << FIELD.tensor) | (1 << FIELD.text)

const quoted = (text: string | undefined): string => (text ? JSON.stringify(text) : 'null')

/** NaN and infinities are null, since JSON has none; a 0 is not told from none by the wire. */
const numeric = (value: number | undefined): string => (value && Number.isFinite(value) ? String(value) : 'null')

function base64(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'null'
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`
}

/** Struct bytes as a JSON object; null when it has no key. */
function structJson(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'null' : JSON.stringify(decodeStruct(bytes))
}

function scoresJson(entries: readonly Uint8Array[]): string {
  const scores: Scores = {}
  for (const entry of entries) readScore(entry, scores)
  const parts = Object.entries(scores).map(
    ([name, { value, opName, description, refId }]) =>
      `${JSON.stringify(name)}:{"value":${Number.isFinite(value) ? value : 'null'},"op_name":${quoted(opName)}` +
      `,"description":${quoted(description)},"ref_id":${quoted(refId)}}`,
  )
  return `{${parts.join(',')}}`
}

function numbers(values: ArrayLike<number | bigint> & { join(separator: string): string }): string {
  const text = values.join(',')
  return `[${/[NI]/.test(text) ? text.replace(/-?(?:NaN|Infinity)/g, 'null') : text}]`
}

/** Nested lists; 64-bit integers with all their digits, as Python writes them. */
function tensorJson(tensor: Tensor | undefined): string {
  if (tensor === undefined) return 'null'
  const { data, shape } = tensor
  const last = shape.length - 1
  if (last < 0) return numbers(data).slice(1, -1)
  // An axis of length 0 has no rows to walk through; Tensor knows how many lists are too many.
  if (data.length === 0) return JSON.stringify(tensor.toArray())
  const boolean = tensor.dtype === '|b1'
  const length = shape[last]!
  let at = 0
  const row = (): string => {
    const part = data.subarray(at, (at += length))
    return boolean ? JSON.stringify(Array.from(part, Boolean)) : numbers(part)
  }
  const list = (axis: number): string =>
    axis === last ? row() : `[${Array.from({ length: shape[axis]! }, () => list(axis + 1)).join(',')}]`
  return list(0)
}
