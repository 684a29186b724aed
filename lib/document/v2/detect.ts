/** Tells the dialects apart by the bytes of one document (design §4). */
import { XserveError } from '../../errors.ts'
import type { DialectName } from '../dialect.ts'
import { fieldFrom, fieldNumber, fieldTo, fieldType, nextField } from '../fields.ts'
import { isNode } from './node.ts'

/**
 * A DocProto is a map and nothing else: entries of a name and a NodeProto. The field of the same number in a DocumentProto
 * is its id, a text that does not happen to be such an entry. undefined: there is nothing to tell by.
 */
export function detectDialect(bytes: Uint8Array, start: number, end: number): DialectName | undefined {
  // An id starts with a letter or digit: so much is enough for nearly all documents of the first dialect.
  const length = bytes[start + 1]!
  if (end - start > 2 && length > 0 && length < 0x80 && !startsEntry(bytes[start + 2]!)) return 'v1'
  try {
    return isMap(bytes, start, end)
  } catch (error) {
    // What cannot be read as a map is no DocProto; whether it is a DocumentProto shows when it is read.
    if (error instanceof XserveError) return 'v1'
    throw error
  }
}

function isMap(bytes: Uint8Array, start: number, end: number): DialectName | undefined {
  let told: DialectName | undefined
  for (let at = start; at < end; ) {
    if (bytes[at] !== 0x0a) return 'v1'
    at = nextField(bytes, at, end)
    const from = fieldFrom()
    const to = fieldTo()
    // An entry without a name and a value, and an empty id.
    if (from === to) continue
    if (!isEntry(bytes, from, to)) return 'v1'
    told = 'v2'
  }
  return told
}

/** Tag of a name or of a value. */
const startsEntry = (byte: number): boolean => byte === 0x0a || byte === 0x12

function isEntry(bytes: Uint8Array, start: number, end: number): boolean {
  if (!startsEntry(bytes[start]!)) return false
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    const number = fieldNumber()
    if (number > 2 || fieldType() !== 2) return false
    if (number === 2 && !isNode(bytes, fieldFrom(), fieldTo())) return false
  }
  return true
}
