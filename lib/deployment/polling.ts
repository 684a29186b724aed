/** Which shards a request goes to: one of them or all, by endpoint (Jina facts §5.6). */
import { XserveError } from '../errors.ts'
import type { PollingPlan } from '../plan/plan.ts'

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

/** One word for all endpoints, or endpoint → word with `*` for the rest. Throws XserveError BAD_ARGUMENT for other words. */
export function pollingTable(polling: string | Readonly<Record<string, unknown>>): PollingTable {
  const table = new Map<string, Polling>(Object.entries(BUILT_IN))
  if (typeof polling === 'string') {
    const fallback = parseOne(polling.trim())
    return (endpoint) => table.get(endpoint) ?? fallback
  }
  for (const [endpoint, value] of Object.entries(polling)) table.set(endpoint, parseOne(value))
  const fallback = table.get('*') ?? 'any'
  return (endpoint) => table.get(endpoint) ?? fallback
}

/** `any`, `all`, or a JSON object endpoint → any/all, as it stands in a plan. Throws XserveError BAD_ARGUMENT. */
export function pollingPlan(text: string): PollingPlan {
  if (!text.trim().startsWith('{')) return parseOne(text.trim())
  let given: Record<string, unknown>
  try {
    given = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new XserveError('BAD_ARGUMENT', `polling is no valid JSON: ${error instanceof Error ? error.message : error}`)
  }
  return Object.fromEntries(Object.entries(given).map(([endpoint, value]) => [endpoint, parseOne(value)]))
}
