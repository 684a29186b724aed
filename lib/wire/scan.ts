/** First look at a DataRequestProto: byte ranges of its fields, without decoding any of them. */
import { XserveError } from '../errors.ts'
import { withTag } from './write.ts'

/** Where the fields of one DataRequestProto lie in its bytes; an end of 0 means absent. Positions are of the content. */
export interface Ranges {
  headerStart: number
  headerEnd: number
  parametersStart: number
  parametersEnd: number
  dataStart: number
  dataEnd: number
  /** First route's tag and the end of the last one, when they stand together. */
  routesStart: number
  routesEnd: number
  requestIdStart: number
  requestIdEnd: number
  statusStart: number
  statusEnd: number
  endpointStart: number
  endpointEnd: number
  targetStart: number
  targetEnd: number
  /** Fields of the header beyond the known ones (timeout, unknown), as ranges with their tags. */
  headerRest: number[] | null
  /** Top-level fields we do not know, as ranges with their tags. */
  rest: number[] | null
  /** A singular field came twice: legal, means a merge; the caller takes the slow path. */
  repeated: boolean
}

/** Reads varints with a moving position; one scanner serves all calls, since a scan never waits. */
let position = 0

function malformed(what: string): XserveError {
  return new XserveError('BAD_REQUEST', `the message is no DataRequestProto: ${what}`, {
    hint: 'send jina.DataRequestProto as the services describe it by reflection',
  })
}

function readVarint(bytes: Uint8Array, end: number): number {
  let value = 0
  let scale = 1
  for (let i = 0; i < 10; i++) {
    if (position >= end) throw malformed('it ends within a number')
    const byte = bytes[position++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 128
  }
  throw malformed('a number is longer than ten bytes')
}

/** Moves behind a field's content; for a length-delimited one returns its length. */
function skipContent(bytes: Uint8Array, wireType: number, end: number): number {
  switch (wireType) {
    case 0:
      readVarint(bytes, end)
      return 0
    case 1:
      position += 8
      break
    case 2: {
      const length = readVarint(bytes, end)
      if (length > end - position) throw malformed('a field is longer than the message')
      position += length
      return length
    }
    case 5:
      position += 4
      break
    default:
      throw malformed(`a field has wire type ${wireType}`)
  }
  if (position > end) throw malformed('it ends within a field')
  return 0
}

function scanHeader(bytes: Uint8Array, ranges: Ranges): void {
  const end = ranges.headerEnd
  position = ranges.headerStart
  while (position < end) {
    const tagAt = position
    const tag = readVarint(bytes, end)
    const length = skipContent(bytes, tag % 8, end)
    const start = position - length
    if (tag === 0x0a) {
      ranges.requestIdStart = start
      ranges.requestIdEnd = position
    } else if (tag === 0x12) {
      if (ranges.statusEnd !== 0) ranges.repeated = true
      ranges.statusStart = start
      ranges.statusEnd = position
    } else if (tag === 0x1a) {
      ranges.endpointStart = start
      ranges.endpointEnd = position
    } else if (tag === 0x22) {
      ranges.targetStart = start
      ranges.targetEnd = position
    } else {
      if (tag < 8) throw malformed('a field has number 0')
      ;(ranges.headerRest ??= []).push(tagAt, position)
    }
  }
}

/** Throws XserveError BAD_REQUEST for bytes that are no message. */
export function scanRequest(bytes: Uint8Array): Ranges {
  const ranges: Ranges = {
    headerStart: 0,
    headerEnd: 0,
    parametersStart: 0,
    parametersEnd: 0,
    dataStart: 0,
    dataEnd: 0,
    routesStart: 0,
    routesEnd: 0,
    requestIdStart: 0,
    requestIdEnd: 0,
    statusStart: 0,
    statusEnd: 0,
    endpointStart: 0,
    endpointEnd: 0,
    targetStart: 0,
    targetEnd: 0,
    headerRest: null,
    rest: null,
    repeated: false,
  }
  const end = bytes.length
  position = 0
  while (position < end) {
    const tagAt = position
    const tag = readVarint(bytes, end)
    const length = skipContent(bytes, tag % 8, end)
    const start = position - length
    if (tag === 0x0a) {
      if (ranges.headerEnd !== 0) ranges.repeated = true
      ranges.headerStart = start
      ranges.headerEnd = position
    } else if (tag === 0x12) {
      if (ranges.parametersEnd !== 0) ranges.repeated = true
      ranges.parametersStart = start
      ranges.parametersEnd = position
    } else if (tag === 0x1a) {
      if (ranges.routesEnd === 0) ranges.routesStart = tagAt
      else if (ranges.routesEnd !== tagAt) ranges.repeated = true
      ranges.routesEnd = position
    } else if (tag === 0x22) {
      if (ranges.dataEnd !== 0) ranges.repeated = true
      ranges.dataStart = start
      ranges.dataEnd = position
    } else {
      if (tag < 8) throw malformed('a field has number 0')
      ;(ranges.rest ??= []).push(tagAt, position)
    }
  }
  if (ranges.headerEnd !== 0) scanHeader(bytes, ranges)
  return ranges
}

/** A message in canonical order in which every singular field stands once: protobuf's merge, by putting contents together. */
export function mergeRepeated(bytes: Uint8Array): Uint8Array {
  const groups = new Map<number, Uint8Array[]>()
  const other: Uint8Array[] = []
  position = 0
  while (position < bytes.length) {
    const tagAt = position
    const tag = readVarint(bytes, bytes.length)
    const length = skipContent(bytes, tag % 8, bytes.length)
    if (tag === 0x0a || tag === 0x12 || tag === 0x22) {
      const group = groups.get(tag)
      const content = bytes.subarray(position - length, position)
      if (group) group.push(content)
      else groups.set(tag, [content])
    } else other.push(bytes.subarray(tagAt, position))
  }
  const parts: Uint8Array[] = []
  for (const [tag, contents] of groups) {
    // Concatenated contents of a message are its merge; inside a header, a twice-told status merges the same way.
    const content = tag === 0x0a ? mergeStatus(Buffer.concat(contents)) : Buffer.concat(contents)
    parts.push(withTag(tag, content))
  }
  return Buffer.concat([...parts, ...other.sort((a, b) => a[0]! - b[0]!)])
}

function mergeStatus(header: Uint8Array): Uint8Array {
  const statuses: Uint8Array[] = []
  const other: Uint8Array[] = []
  position = 0
  while (position < header.length) {
    const tagAt = position
    const tag = readVarint(header, header.length)
    const length = skipContent(header, tag % 8, header.length)
    if (tag === 0x12) statuses.push(header.subarray(position - length, position))
    else other.push(header.subarray(tagAt, position))
  }
  if (statuses.length === 0) return header
  return Buffer.concat([...other, withTag(0x12, Buffer.concat(statuses))])
}

/** The contents of field 1 of a DataRequestListProto, one for each request. */
export function scanList(bytes: Uint8Array): Uint8Array[] {
  const requests: Uint8Array[] = []
  position = 0
  while (position < bytes.length) {
    const tag = readVarint(bytes, bytes.length)
    const length = skipContent(bytes, tag % 8, bytes.length)
    if (tag === 0x0a) requests.push(bytes.subarray(position - length, position))
  }
  return requests
}
