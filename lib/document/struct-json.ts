/**
 * Struct bytes as JSON. Their numbers are doubles, and are written so: Jina's client takes a whole number without a fraction
 * among tags for a truth value, 1 for True.
 */
import { decodeStruct } from '../protobuf/struct.ts'
import { quote } from './quote.ts'

/** A JSON object. Throws XserveError BAD_REQUEST for bytes that are no Struct. */
export const structJson = (bytes: Uint8Array): string => objectJson(decodeStruct(bytes))

function objectJson(object: Readonly<Record<string, unknown>>): string {
  let text = '{'
  for (const key of Object.keys(object)) text += `${text.length > 1 ? ',' : ''}${quote(key)}:${valueJson(object[key])}`
  return `${text}}`
}

function valueJson(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return floatJson(value)
  if (Array.isArray(value)) return `[${value.map(valueJson).join(',')}]`
  return typeof value === 'object' && value !== null ? objectJson(value as Record<string, unknown>) : String(value)
}

/** A double with its fraction. NaN and infinities are null, since JSON has none. Those that JavaScript writes with an exponent are floats already. */
export function floatJson(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  const text = Object.is(value, -0) ? '-0' : String(value)
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}
