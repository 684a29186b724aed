/** Which shards a request goes to: one of them or all, by endpoint (Jina facts §5.6). */
import type { PollingPlan } from '../plan/plan.ts'

export type Polling = 'any' | 'all'
/** Decides for an endpoint. */
export type PollingTable = (endpoint: string) => Polling

/** What Jina has built in; neither `*` nor a plain `any` or `all` changes these two. */
const BUILT_IN: Readonly<Record<string, Polling>> = { '/search': 'all', '/index': 'any' }

export function pollingTable(polling: PollingPlan): PollingTable {
  const [fallback, given] = typeof polling === 'string' ? [polling, {}] : [polling['*'] ?? 'any', polling]
  const table = new Map(Object.entries({ ...BUILT_IN, ...given }))
  return (endpoint) => table.get(endpoint) ?? fallback
}
