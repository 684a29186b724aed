/**
 * Documents as the HTTP and WebSocket gateways answer them: every key there, null where empty (Jina facts §2.2). Text is made
 * from the bytes straight away: an object with nineteen keys that JSON.stringify walks again would cost twice as much.
 */

import { decodeData, findFirstDialect } from './data-content.ts'
import { MAX_DEPTH, tooDeep } from './depth.ts'
import {
  FIELD,
  fieldFrom,
  fieldNumber,
  fieldTo,
  findContentPlace,
  findContents,
  findFloat,
  findFloats,
  findMessage,
  findPlace,
  findText,
  findUint,
  LAST_FIELD,
  nextField,
} from './fields.ts'
import { newId } from './id.ts'
import type { JsonText } from './json-text.ts'
import { readNdArray } from './nd-array.ts'
import { quote } from './quote.ts'
import { readScore, type Scores } from './scores.ts'
import { floatJson, structJson } from './struct-json.ts'
import type { Tensor } from './tensor.ts'

/** What a chunk or match takes from the document that it belongs to. */
interface Above {
  readonly kind: 'chunks' | 'matches'
  readonly id: string
  readonly granularity: number
  readonly adjacency: number
}

/** Writes a JSON list of the documents in DataContentProto bytes. Throws XserveError BAD_REQUEST, BAD_TENSOR, BAD_DOCUMENT, PICKLE_REFUSED. */
export function writeFullJson(out: JsonText, data: Uint8Array): void {
  out.ascii('[')
  if (data.length > 0) writeDocuments(out, data)
  out.ascii(']')
}

function writeDocuments(out: JsonText, data: Uint8Array): void {
  const places = findFirstDialect(data)
  if (places !== null) {
    for (let i = 0; i < places.length; i += 2) {
      if (i > 0) out.ascii(',')
      writeDocument(out, data, places[i]!, places[i + 1]!, null, 0)
    }
    return
  }
  const documents = decodeData(data)
  const second = documents.dialect === 'v2'
  for (let i = 0; i < documents.length; i++) {
    const document = documents.at(i)!
    const bytes = (second ? document.legacy() : document).toBytes()
    if (i > 0) out.ascii(',')
    writeDocument(out, bytes, 0, bytes.length, null, 0)
  }
}

/** Names in the order of the answer, and the fields that they show. */
const ORDER: readonly (readonly [string, number])[] = [
  ['id', FIELD.id],
  ['parent_id', FIELD.parentId],
  ['granularity', FIELD.granularity],
  ['adjacency', FIELD.adjacency],
  ['blob', FIELD.blob],
  ['tensor', FIELD.tensor],
  ['mime_type', FIELD.mimeType],
  ['text', FIELD.text],
  ['weight', FIELD.weight],
  ['uri', FIELD.uri],
  ['tags', FIELD.tags],
  ['offset', FIELD.offset],
  ['location', FIELD.location],
  ['embedding', FIELD.embedding],
  ['modality', FIELD.modality],
  ['evaluations', FIELD.evaluations],
  ['scores', FIELD.scores],
  ['chunks', FIELD.chunks],
  ['matches', FIELD.matches],
]

/** What is the same in all documents with the same fields: the text before each of their values, and behind the last. */
interface Shape {
  readonly fields: readonly number[]
  readonly before: readonly string[]
  readonly after: string
}

/** By the fields that are set. The documents of one service have few different ones. */
const shapes = new Map<number, Shape>()
const MOST_SHAPES = 256

function shapeOf(seen: number): Shape {
  const known = shapes.get(seen)
  if (known !== undefined) return known
  const fields: number[] = []
  const before: string[] = []
  let text = '{'
  for (const [name, number] of ORDER) {
    text += `${text.endsWith('{') ? '' : ','}"${name}":`
    if ((seen & bit(number)) === 0) text += 'null'
    else {
      fields.push(number)
      before.push(text)
      text = ''
    }
  }
  const shape = { fields, before, after: `${text}}` }
  if (shapes.size >= MOST_SHAPES) shapes.clear()
  shapes.set(seen, shape)
  return shape
}

const bit = (number: number): number => 1 << number

/** The fields that have a value, with those that the documents around this one give it. */
function fieldsOf(bytes: Uint8Array, start: number, end: number, above: Above | null): number {
  let seen = 0
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    const number = fieldNumber()
    // One of the three counts, which is the last.
    if (number >= FIELD.blob && number <= FIELD.text) seen &= ~CONTENT
    if (number < LAST_FIELD) seen |= bit(number)
  }
  seen |= bit(FIELD.id)
  if (above === null) return seen
  return seen | (above.kind === 'chunks' ? bit(FIELD.parentId) | bit(FIELD.granularity) : bit(FIELD.adjacency))
}

function writeDocument(
  out: JsonText,
  bytes: Uint8Array,
  start: number,
  end: number,
  above: Above | null,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw tooDeep()
  const { fields, before, after } = shapeOf(fieldsOf(bytes, start, end, above))
  out.ascii(before[0]!)
  const given = findPlace(bytes, start, end, FIELD.id) && fieldFrom() < fieldTo()
  const id = given ? null : newId()
  if (id === null) out.quotedBytes(bytes, fieldFrom(), fieldTo())
  else out.quoted(id)
  const place: Place = { bytes, start, end, above, id, depth }
  for (let i = 1; i < fields.length; i++) {
    out.ascii(before[i]!)
    writeValue(out, place, fields[i]!)
  }
  out.ascii(after)
}

/** A document whose fields are written. */
interface Place {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly above: Above | null
  /** The one that it was given here; null: its own. */
  readonly id: string | null
  readonly depth: number
}

/** Texts, and documents in documents, go straight to the bytes; anything else costs more than a text made of it. */
function writeValue(out: JsonText, place: Place, number: number): void {
  const { bytes, start, end } = place
  if (number === FIELD.text && findContentPlace(bytes, start, end) && fieldFrom() < fieldTo()) {
    out.quotedBytes(bytes, fieldFrom(), fieldTo())
  } else if (number === FIELD.chunks || number === FIELD.matches) writeChildren(out, place, number)
  else out.json(valueJson(place, number))
}

function writeChildren(out: JsonText, place: Place, number: number): void {
  const { bytes, start, end } = place
  const above: Above = {
    kind: number === FIELD.chunks ? 'chunks' : 'matches',
    id: place.id ?? findText(bytes, start, end, FIELD.id)!,
    granularity: granularityOf(place),
    adjacency: adjacencyOf(place),
  }
  const children = findContents(bytes, start, end, number)
  for (let i = 0; i < children.length; i++) {
    out.ascii(i === 0 ? '[' : ',')
    writeDocument(out, children[i]!, 0, children[i]!.length, above, place.depth + 1)
  }
  out.ascii(']')
}

function valueJson(place: Place, number: number): string {
  const { bytes, start, end, above } = place
  switch (number) {
    case FIELD.text:
      return 'null'
    case FIELD.parentId:
      return above?.kind === 'chunks' ? quote(above.id) : quoted(findText(bytes, start, end, number))
    case FIELD.granularity:
      return String(granularityOf(place) || null)
    case FIELD.adjacency:
      return String(adjacencyOf(place) || null)
    case FIELD.blob:
      return base64(findContents(bytes, start, end, number).at(-1)!)
    case FIELD.tensor:
      return tensorJson(readNdArray(findMessage(bytes, start, end, number)!, 'tensor')?.tensor)
    case FIELD.embedding:
      return tensorJson(readNdArray(findMessage(bytes, start, end, number)!, 'embedding')?.tensor)
    case FIELD.weight:
    case FIELD.offset:
      return numeric(findFloat(bytes, start, end, number))
    case FIELD.tags:
      return tagsJson(findMessage(bytes, start, end, number)!)
    case FIELD.location:
      return floatNumbers(findFloats(bytes, start, end, number))
    case FIELD.evaluations:
    case FIELD.scores:
      return scoresJson(findContents(bytes, start, end, number))
    default:
      return quoted(findText(bytes, start, end, number))
  }
}

const ownLevel = ({ bytes, start, end }: Place, number: number): number => findUint(bytes, start, end, number) ?? 0

function granularityOf(place: Place): number {
  const { above } = place
  return above?.kind === 'chunks' ? above.granularity + 1 : ownLevel(place, FIELD.granularity)
}

function adjacencyOf(place: Place): number {
  const { above } = place
  return above?.kind === 'matches' ? above.adjacency + 1 : ownLevel(place, FIELD.adjacency)
}

const CONTENT = (1 << FIELD.blob) | (1 << FIELD.tensor) | (1 << FIELD.text)

const quoted = (text: string | undefined): string => (text ? quote(text) : 'null')

/** NaN and infinities are null, since JSON has none; a 0 is not told from none by the wire. */
const numeric = (value: number | undefined): string => (value ? floatJson(value) : 'null')

function base64(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'null'
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`
}

/** null when there is no key. */
const tagsJson = (bytes: Uint8Array): string => (bytes.length === 0 ? 'null' : structJson(bytes))

function scoresJson(entries: readonly Uint8Array[]): string {
  const scores: Scores = {}
  for (const entry of entries) readScore(entry, scores)
  const parts = Object.entries(scores).map(
    ([name, { value, opName, description, refId }]) =>
      `${JSON.stringify(name)}:{"value":${floatJson(value)},"op_name":${quoted(opName)}` +
      `,"description":${quoted(description)},"ref_id":${quoted(refId)}}`,
  )
  return `{${parts.join(',')}}`
}

function numbers(values: ArrayLike<number | bigint> & { join(separator: string): string }): string {
  const text = values.join(',')
  return `[${/[NI]/.test(text) ? text.replace(/-?(?:NaN|Infinity)/g, 'null') : text}]`
}

/** Whole floats with their fraction, by which readers in Python know that they are floats. */
function floatNumbers(values: ArrayLike<number> & { join(separator: string): string }): string {
  return numbers(values).replace(/(^\[|,)(-?\d+)(?=[,\]])/g, '$1$2.0')
}

/** Nested lists; 64-bit integers with all their digits, as Python writes them. */
function tensorJson(tensor: Tensor | undefined): string {
  if (tensor === undefined) return 'null'
  const { data, shape } = tensor
  const last = shape.length - 1
  const write = tensor.dtype[1] === 'f' ? floatNumbers : numbers
  if (last < 0) return write(data as Float64Array).slice(1, -1)
  // An axis of length 0 has no rows to walk through; Tensor knows how many lists are too many.
  if (data.length === 0) return JSON.stringify(tensor.toArray())
  const boolean = tensor.dtype === '|b1'
  const length = shape[last]!
  let at = 0
  const row = (): string => {
    const part = data.subarray(at, (at += length))
    return boolean ? JSON.stringify(Array.from(part, Boolean)) : write(part as Float64Array)
  }
  const list = (axis: number): string =>
    axis === last ? row() : `[${Array.from({ length: shape[axis]! }, () => list(axis + 1)).join(',')}]`
  return list(0)
}
