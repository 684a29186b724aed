/** A changed document as bytes: untouched fields are copied from the source in runs, the others written in their place. */
import { malformed } from '../protobuf/reader.ts'
import { encodeStruct } from '../protobuf/struct.ts'
import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import { FIELD, LAST_FIELD } from './fields.ts'
import { type NdArray, writeNdArray } from './nd-array.ts'
import { type Scores, writeScores } from './scores.ts'

/** The part of DocumentArray that writing needs. */
interface Children {
  writeDocuments(writer: ReverseWriter, number: number): void
}

/** Starts and ends of runs of fields that are copied, with the number of each run's first field; reused between calls. */
let runs: number[] = []

/**
 * `dirty` has a bit for each field number whose value is in `values`. Output is in the order of field numbers where the
 * source was, which all writers of the field keep.
 */
export function encodeDocument(
  writer: ReverseWriter,
  source: Uint8Array,
  start: number,
  end: number,
  dirty: number,
  values: readonly unknown[],
): void {
  if (start === end) {
    for (let number = LAST_FIELD - 1; number > 0; number--) {
      if ((dirty & (1 << number)) !== 0) writeField(writer, number, values[number])
    }
    return
  }
  // Children are written while the runs of their parent are still needed.
  const own = runs
  runs = []
  own.length = 0
  collectRuns(own, source, start, end, dirty)
  let number = LAST_FIELD - 1
  for (let i = own.length - 3; i >= 0; i -= 3) {
    const first = own[i]!
    for (; number >= first; number--) if ((dirty & (1 << number)) !== 0) writeField(writer, number, values[number])
    writer.raw(source, own[i + 1]!, own[i + 2]!)
  }
  for (; number > 0; number--) if ((dirty & (1 << number)) !== 0) writeField(writer, number, values[number])
  runs = own
}

function collectRuns(own: number[], source: Uint8Array, start: number, end: number, dirty: number): void {
  let at = start
  let previous = -1
  while (at < end) {
    const fieldStart = at
    let tag = source[at++]!
    if (tag >= 0x80) {
      let scale = 128
      tag &= 0x7f
      for (let more = true; more; scale *= 128) {
        if (at >= end || scale > 1e10) throw malformed('it ends within a number')
        const byte = source[at++]!
        tag += (byte & 0x7f) * scale
        more = byte >= 0x80
      }
    }
    at = behindContent(source, at, end, tag % 8)
    const number = Math.floor(tag / 8)
    if (number < LAST_FIELD && (dirty & (1 << number)) !== 0) continue
    // A run goes on while no changed field has to be put in between.
    if (own.length > 0 && own[own.length - 1] === fieldStart && !between(dirty, previous, number)) own[own.length - 1] = at
    else own.push(number, fieldStart, at)
    previous = number
  }
}

/** Whether a dirty field has its place behind field `low` and before field `high`. */
function between(dirty: number, low: number, high: number): boolean {
  for (let number = low + 1; number < high && number < LAST_FIELD; number++) if ((dirty & (1 << number)) !== 0) return true
  return false
}

function behindContent(source: Uint8Array, start: number, end: number, type: number): number {
  let at = start
  if (type === 0 || type === 2) {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      if (at >= end || scale > 1e21) throw malformed('it ends within a number')
      const byte = source[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    if (type === 2) at += value
  } else if (type === 1) at += 8
  else if (type === 5) at += 4
  else throw malformed(`a field has wire type ${type}`)
  if (at > end) throw malformed('a field is longer than the document')
  return at
}

/** Empty values are not written: the wire does not know them (Jina facts §1.8). */
function writeField(writer: ReverseWriter, number: number, value: unknown): void {
  if (value === undefined || value === '' || value === 0) return
  switch (number) {
    case FIELD.blob:
      if ((value as Uint8Array).length > 0) writer.bytesField(number, value as Uint8Array)
      return
    case FIELD.tensor:
    case FIELD.embedding:
      writeNdArray(writer, number, value as NdArray)
      return
    case FIELD.granularity:
    case FIELD.adjacency:
      writer.uintField(number, value as number)
      return
    case FIELD.weight:
    case FIELD.offset:
      writer.floatField(number, value as number)
      return
    case FIELD.location:
      writeFloats(writer, number, value as readonly number[])
      return
    case FIELD.chunks:
    case FIELD.matches:
      ;(value as Children).writeDocuments(writer, number)
      return
    case FIELD.tags: {
      const bytes = encodeStruct(value as Record<string, unknown>)
      if (bytes.length > 0) writer.bytesField(number, bytes)
      return
    }
    case FIELD.scores:
    case FIELD.evaluations:
      writeScores(writer, number, value as Scores)
      return
    default:
      writer.textField(number, value as string)
  }
}

function writeFloats(writer: ReverseWriter, number: number, values: readonly number[]): void {
  if (values.length === 0) return
  const before = writer.length
  for (let i = values.length - 1; i >= 0; i--) writer.float(values[i]!)
  writer.close(number, before)
}
