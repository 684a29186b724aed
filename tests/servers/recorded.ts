/** What changes from call to call in recorded answers, taken out of ours, too. */

const TIMES: ReadonlySet<string> = new Set(['startTime', 'endTime', 'start_time', 'end_time'])

/**
 * Names of errors, their texts and stacks differ between the languages; a tag that is the number 1 is `true` in the recording,
 * which is a slip of pydantic (in Python the two are equal).
 */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value === true ? 1 : value
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (TIMES.has(key) && typeof item === 'string') out[key] = '<time>'
    else if (key === 'requestId' || key === 'request_id') out[key] = '<id>'
    else if (key === 'exception' && item !== null) out[key] = exceptionOf(item as Record<string, unknown>)
    else out[key] = comparable(item)
  }
  if (out.exception) out.description = '<text>'
  return out
}

function exceptionOf(exception: Record<string, unknown>): unknown {
  return { ...exception, name: '<name>', stacks: (exception.stacks as string[]).length > 0 }
}
