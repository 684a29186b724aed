/** Text to a JSON value, with the line and column of what is wrong. */
import { parseKeepingFloats } from '../../document/float-lists.ts'
import { findJsonError } from '../../document/json-position.ts'
import { findLostDigits } from '../../document/lost-digits.ts'
import { InvalidRequest } from './invalid.ts'

/** Throws InvalidRequest. */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = parseKeepingFloats(text)
    checkParameters(text, (value as { readonly parameters?: unknown } | null)?.parameters)
  } catch (error) {
    if (error instanceof InvalidRequest) throw error
    throw notJson(text, error)
  }
  return value
}

/** Ids are passed in parameters: one that would arrive as another is refused. */
function checkParameters(text: string, parameters: unknown): void {
  if (typeof parameters !== 'object' || parameters === null) return
  const lost = findLostDigits(text, parameters)
  if (lost === null) return
  const location = ['body', 'parameters', ...lost.path]
  throw new InvalidRequest('BAD_DOCUMENT', location, `${lost.written} has more digits than a number holds`, {
    type: 'value_error.number',
    hint: 'send it as a text, in quotes',
  })
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
