/** A changed document as bytes: untouched fields are copied from the source in runs, the others written in their place. */

import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import { writeStruct } from '../protobuf/struct.ts'
import { type Extras, withExtras } from './extras.ts'
import { EXTRAS, FIELD, fieldNumber, LAST_FIELD, nextField } from './fields.ts'
import { type NdArray, writeNdArray } from './nd-array.ts'
import { type Scores, writeScores } from './scores.ts'

/** The part of DocumentArray that writing needs. */
interface Children {
  writeDocuments(writer: ReverseWriter, number: number): void
}

/**
 * Runs of fields that are copied: number of the first field, start, end. Children are written while the runs of their
 * parent are still needed, so each call stands on top of what its callers have put there.
 */
let runs = new Int32Array(3 * 64)
let top = 0

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
  const base = top
  try {
    let rest = dirty
    collectRuns(source, start, end, dirty)
    for (let i = top - 3; i >= base; i -= 3) {
      const first = runs[i]!
      rest = writeFields(writer, rest, first, values)
      writer.raw(source, runs[i + 1]!, runs[i + 2]!)
    }
    writeFields(writer, rest, 0, values)
  } finally {
    top = base
  }
}

/** Writes the fields of `dirty` from `lowest` up, the last first; gives the rest. */
function writeFields(writer: ReverseWriter, dirty: number, lowest: number, values: readonly unknown[]): number {
  let rest = dirty
  while (rest !== 0) {
    const number = 31 - Math.clz32(rest)
    if (number < lowest) break
    if (number === FIELD.tags) writeTags(writer, values[number], values[EXTRAS])
    else if (number < EXTRAS) writeField(writer, number, values[number])
    rest &= ~(1 << number)
  }
  return rest
}

function collectRuns(source: Uint8Array, start: number, end: number, dirty: number): void {
  const base = top
  let previous = 0
  for (let at = start; at < end; ) {
    const fieldStart = at
    at = nextField(source, at, end)
    const number = Math.min(fieldNumber(), LAST_FIELD)
    if ((dirty & (1 << number)) !== 0) continue
    // A run goes on while no changed field has to be put in between.
    const between = dirty & ((1 << number) - 1) & -(1 << previous)
    if (top > base && runs[top - 1] === fieldStart && between === 0) runs[top - 1] = at
    else pushRun(number, fieldStart, at)
    previous = number
  }
}

function pushRun(number: number, start: number, end: number): void {
  if (top + 3 > runs.length) {
    const grown = new Int32Array(runs.length * 2)
    grown.set(runs)
    runs = grown
  }
  runs[top++] = number
  runs[top++] = start
  runs[top++] = end
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
    case FIELD.scores:
    case FIELD.evaluations:
      writeScores(writer, number, value as Scores)
      return
    default:
      writer.textField(number, value as string)
  }
}

function writeTags(writer: ReverseWriter, tags: unknown, extras: unknown): void {
  const before = writer.length
  writeStruct(writer, withExtras(tags as Record<string, unknown>, extras as Extras | undefined), 'tags')
  if (writer.length > before) writer.close(FIELD.tags, before)
}

function writeFloats(writer: ReverseWriter, number: number, values: readonly number[]): void {
  if (values.length === 0) return
  const before = writer.length
  for (let i = values.length - 1; i >= 0; i--) writer.float(values[i]!)
  writer.close(number, before)
}
