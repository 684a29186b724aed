/**
 * JSON knows one kind of number, and yet `[1.0, 2.0]` is a list of floats to everybody who writes Python: numpy makes float64 of
 * it, and int64 of `[1, 2]`. So lists remember that a float stood in them, whose value may be whole.
 */

const floats = new WeakSet<object>()

/** A whole number that is written as a float: `1.0`, `2e3`. */
const WHOLE_FLOAT = /\d(?:\.0+|(?:\.\d+)?[eE][-+]?\d+)(?=[\s,\]}])/

/** Whether a number of the list was written as a float; false for lists that come from elsewhere. */
export function hasFloat(list: readonly unknown[]): boolean {
  return floats.has(list)
}

/** `JSON.parse`, and its errors, with `hasFloat` for the lists in it. It costs a look at the text, unless there are lists of whole floats. */
export function parseKeepingFloats(text: string): unknown {
  const value = JSON.parse(text) as unknown
  if (!text.includes('[') || !WHOLE_FLOAT.test(text) || !hasWholeList(value)) return value
  return JSON.parse(text, remember) as unknown
}

/** Any other list of numbers tells by itself what it is. */
function hasWholeList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (!Array.isArray(value)) return Object.values(value).some(hasWholeList)
  return typeof value[0] === 'number' ? value.every(Number.isInteger) : value.some(hasWholeList)
}

function remember(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === 'number' && Array.isArray(this) && /[.eE]/.test(context?.source ?? '')) floats.add(this)
  return value
}
