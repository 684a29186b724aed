/** Values of documents in JSON, as both dialects read them; `path` is where a value stands. All throw XserveError BAD_DOCUMENT. */
import { XserveError } from '../errors.ts'
import type { NestedNumbers } from './tensor.ts'

/** numpy's limit. */
const MAX_AXES = 64
/** Either alphabet of RFC 4648; Python's encoders end it with a line break. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}\s*$/

export function wrong(path: string, expected: string, value: unknown): XserveError {
  const kind =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value
  const where = path === '' ? undefined : path
  return new XserveError('BAD_DOCUMENT', `${where ?? 'it'} must be ${expected}, not ${kind}`, { where })
}

export function readText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a text', value)
  return value
}

/** A number is taken for its digits, as Jina's gateways do: `{"id": 1}` is what people write. */
export function readTextOrNumber(value: unknown, path: string): string {
  return typeof value === 'number' ? String(value) : readText(value, path)
}

/** Of base64. */
export function readBytes(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string' || !BASE64.test(value)) throw wrong(path, 'base64 text', value)
  return new Uint8Array(Buffer.from(value, 'base64'))
}

/** Nested lists of what is to be numbers: whoever makes a tensor of it looks at each. */
export function readLists(value: unknown, path: string): NestedNumbers {
  if (!Array.isArray(value) && typeof value !== 'number') throw wrong(path, 'nested lists of numbers', value)
  let axes = 0
  for (let level: unknown = value; Array.isArray(level); level = level[0]) axes++
  if (axes > MAX_AXES) throw new XserveError('BAD_DOCUMENT', `${path} has more than ${MAX_AXES} axes`, { where: path })
  return value as NestedNumbers
}
