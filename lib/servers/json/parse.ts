/** Text to a JSON value, with the line and column of what is wrong. */
import { parseKeepingFloats } from '../../document/float-lists.ts'
import { findJsonError } from '../../document/json-position.ts'
import { InvalidRequest } from './invalid.ts'

/** Throws InvalidRequest. */
export function parseJson(text: string): unknown {
  try {
    return parseKeepingFloats(text)
  } catch (error) {
    throw notJson(text, error)
  }
}

function notJson(text: string, error: unknown): InvalidRequest {
  if (text.trim() === '') {
    return new InvalidRequest('BAD_DOCUMENT', ['body'], 'field required', { type: 'value_error.missing' })
  }
  if (error instanceof RangeError) {
    return new InvalidRequest('BAD_DOCUMENT', ['body'], 'the JSON is nested too deeply', { type: 'value_error.depth' })
  }
  const offset = findJsonError(text)
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  const what =
    offset >= text.length ? 'it ends too soon' : `${JSON.stringify(text.slice(offset, offset + 20))} cannot stand`
  return new InvalidRequest('BAD_DOCUMENT', ['body', offset], `not JSON: ${what} at line ${line} column ${column}`, {
    type: 'value_error.jsondecode',
  })
}
