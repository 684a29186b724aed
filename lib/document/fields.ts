/**
 * Numbers of DocumentProto's fields (Jina facts §1.8), and looking one up in a document's bytes. Looking up is a plain loop
 * over the bytes with its result in a shared place: it runs once for each field that user code reads.
 */
import type { XserveError } from '../errors.ts'
import { malformed, Reader, readText } from '../protobuf/reader.ts'

export const FIELD = {
  id: 1,
  blob: 2,
  tensor: 3,
  text: 4,
  granularity: 5,
  adjacency: 6,
  parentId: 7,
  weight: 8,
  uri: 9,
  modality: 10,
  mimeType: 11,
  offset: 12,
  location: 13,
  chunks: 14,
  matches: 15,
  embedding: 16,
  tags: 17,
  scores: 18,
  evaluations: 19,
} as const

export const LAST_FIELD = 20
/** Places behind the fields of the message: what `doc.fields` holds beside them, and `doc.fields` itself. */
export const EXTRAS = 21
export const NAMED = 22

/** The field that `nextField` stopped at: its number, wire type, content, and where the next one begins. */
let number = 0
let type = 0
let from = 0
let to = 0

/** Number of the field that `nextField` has moved over last. */
export const fieldNumber = (): number => number
/** Its wire type. */
export const fieldType = (): number => type
/** Where its content starts. */
export const fieldFrom = (): number => from
/** Where its content ends. */
export const fieldTo = (): number => to

/** Moves over the field at `at` and gives the place of the next. Throws XserveError BAD_REQUEST. */
export function nextField(bytes: Uint8Array, at: number, end: number): number {
  const tag = bytes[at++]!
  if (tag < 0x80) {
    number = tag >> 3
    type = tag & 7
  } else at = longTag(bytes, at, end, tag)
  if (number === 0) throw malformed('a field has number 0')
  from = at
  if (type === 2) {
    if (at >= end) throw malformed('it ends within a number')
    let length = bytes[at]!
    if (length < 0x80) at++
    else {
      at = behindVarint(bytes, at, end)
      length = varint
    }
    if (length > end - at) throw malformed('a field is longer than the document')
    from = at
    to = at + length
  } else if (type === 0) to = behindVarint(bytes, at, end)
  else if (type === 5) to = at + 4
  else if (type === 1) to = at + 8
  else throw malformed(`a field has wire type ${type}`)
  if (to > end) throw malformed('it ends within a number')
  return to
}

let varint = 0

function behindVarint(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  varint = 0
  for (let scale = 1; at < end; scale *= 128) {
    const byte = bytes[at++]!
    varint += (byte & 0x7f) * scale
    if (byte < 0x80) return at
    if (at - start === 10) throw malformed('a number is longer than ten bytes')
  }
  throw malformed('it ends within a number')
}

function longTag(bytes: Uint8Array, at: number, end: number, first: number): number {
  const next = behindVarint(bytes, at - 1, end)
  number = Math.floor(varint / 8)
  type = first & 7
  return next
}

function wrongType(): XserveError {
  return malformed(`field ${number} of a document has wire type ${type}`)
}

/** Finds the last field with this number and wire type, from then on told by `from` and `to`. */
function findLast(bytes: Uint8Array, start: number, end: number, wanted: number, wantedType: number): boolean {
  let found = false
  let foundFrom = 0
  let foundTo = 0
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    if (number !== wanted) continue
    if (type !== wantedType) throw wrongType()
    found = true
    foundFrom = from
    foundTo = to
  }
  from = foundFrom
  to = foundTo
  return found
}

/** The same for every such field, in order. */
function forEach(bytes: Uint8Array, start: number, end: number, wanted: number, found: () => void): void {
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    if (number === wanted) found()
  }
}

/** Number of the content field (blob, tensor or text) that counts, which is the last; 0 when there is none. */
export function contentField(bytes: Uint8Array, start: number, end: number): number {
  let last = 0
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    if (number >= FIELD.blob && number <= FIELD.text) last = number
  }
  return last
}

/** Whether there is a text that no later blob or tensor has undone; `fieldFrom` and `fieldTo` tell where. */
export function findContentPlace(bytes: Uint8Array, start: number, end: number): boolean {
  let last = 0
  let textFrom = 0
  let textTo = 0
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    if (number < FIELD.blob || number > FIELD.text) continue
    if (type !== 2) throw wrongType()
    last = number
    textFrom = from
    textTo = to
  }
  from = textFrom
  to = textTo
  return last === FIELD.text
}

/** The last text, message or bytes field of this number; `fieldFrom` and `fieldTo` tell where. */
export function findPlace(bytes: Uint8Array, start: number, end: number, wanted: number): boolean {
  return findLast(bytes, start, end, wanted, 2)
}

/** That text. */
export function findContentText(bytes: Uint8Array, start: number, end: number): string | undefined {
  return findContentPlace(bytes, start, end) ? readText(bytes, from, to) : undefined
}

export function findText(bytes: Uint8Array, start: number, end: number, wanted: number): string | undefined {
  return findLast(bytes, start, end, wanted, 2) ? readText(bytes, from, to) : undefined
}

export function findUint(bytes: Uint8Array, start: number, end: number, wanted: number): number | undefined {
  return findLast(bytes, start, end, wanted, 0) ? new Reader(bytes, from, to).varint() >>> 0 : undefined
}

export function findFloat(bytes: Uint8Array, start: number, end: number, wanted: number): number | undefined {
  return findLast(bytes, start, end, wanted, 5) ? new Reader(bytes, from, to).float() : undefined
}

/** Contents of every field with this number, as views. */
export function findContents(bytes: Uint8Array, start: number, end: number, wanted: number): Uint8Array[] {
  const contents: Uint8Array[] = []
  forEach(bytes, start, end, wanted, () => {
    if (type !== 2) throw wrongType()
    contents.push(bytes.subarray(from, to))
  })
  return contents
}

/** A message field told several times is their merge, which is what the contents in a row mean. */
export function findMessage(bytes: Uint8Array, start: number, end: number, wanted: number): Uint8Array | undefined {
  const contents = findContents(bytes, start, end, wanted)
  return contents.length > 1 ? Buffer.concat(contents) : contents[0]
}

/** Repeated floats, packed or one by one. */
export function findFloats(bytes: Uint8Array, start: number, end: number, wanted: number): number[] {
  const values: number[] = []
  forEach(bytes, start, end, wanted, () => {
    if (type !== 2 && type !== 5) throw wrongType()
    for (const reader = new Reader(bytes, from, to); !reader.done; ) values.push(reader.float())
  })
  return values
}
