/** Which shards a request goes to: one of them or all, by endpoint (Jina facts §5.6). */
import { XserveError } from '../errors.ts'

export type Polling = 'any' | 'all'
/** Decides for an endpoint. */
export type PollingTable = (endpoint: string) => Polling

/** What Jina has built in; neither `*` nor a plain ANY or ALL changes these two. */
const BUILT_IN: Readonly<Record<string, Polling>> = { '/search': 'all', '/index': 'any' }

function parseOne(value: unknown): Polling {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text === 'any' || text === 'all') return text
  throw new XserveError('BAD_ARGUMENT', `polling must be any or all, not ${JSON.stringify(value)}`, {
    hint: `or a JSON object by endpoint: {"/index": "ANY", "/find": "ALL", "*": "ANY"}`,
  })
}

/** `any`, `all`, or a JSON object endpoint → any/all with `*` for the rest. Throws XserveError BAD_ARGUMENT. */
export function parsePolling(text: string): PollingTable {
  const table = new Map<string, Polling>(Object.entries(BUILT_IN))
  if (!text.trim().startsWith('{')) {
    const fallback = parseOne(text.trim())
    return (endpoint) => table.get(endpoint) ?? fallback
  }
  let given: Record<string, unknown>
  try {
    given = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new XserveError('BAD_ARGUMENT', `polling is no valid JSON: ${error instanceof Error ? error.message : error}`)
  }
  for (const [endpoint, value] of Object.entries(given)) table.set(endpoint, parseOne(value))
  const fallback = table.get('*') ?? 'any'
  return (endpoint) => table.get(endpoint) ?? fallback
}
