/** Values of fields as JSON has them: blobs in base64, tensors and sets as lists, documents as objects. */

import { oneDeeper } from './depth.ts'
import { isWholeFloat } from './whole-floats.ts'

/** What JSON cannot say becomes what it can. Throws XserveError BAD_DOCUMENT for documents nested too deep. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  return oneDeeper(() => plainObject(value))
}

function plainObject(value: object): unknown {
  if (isWholeFloat(value)) return value
  if (Array.isArray(value)) return value.map(plainValue)
  if (value instanceof Set) return [...value].map(plainValue)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plainValue)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return toJSON.call(value)
  const members = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(members.map(([key, item]) => [key, plainValue(item)]))
}
