/** The gateway's answer: the documents and results of the graph, and the routes of everybody on the way (Jina facts §1.5). */
import type { Envelope } from '../wire/envelope.ts'
import { now, type Route } from '../wire/routes.ts'

const GATEWAY_ROUTE = 'gateway'
/** Times are written in microseconds, to the nearest: a start may be written as the next millisecond. */
const ROUNDING_MS = 0.0005

/**
 * Jina's client divides by the gateway's time in whole milliseconds when it profiles, and Jina never answers within one.
 * So an answer within the same millisecond is told as having taken until the next.
 */
function gatewayRoute(startMs: number, endMs: number): Route {
  return {
    executor: GATEWAY_ROUTE,
    startMs,
    endMs: Math.max(endMs, Math.floor(startMs + ROUNDING_MS) + 1),
    status: null,
  }
}

/** What a node says of its answer in its route: why it failed, or a remark; null: nothing. */
export const statusOf = (answer: Envelope): Uint8Array | null => (answer.status.length > 0 ? answer.status : null)

/** A node that was left out has a route without an end. */
export function skippedRoute(executor: string, startMs: number): Route {
  return { executor, startMs, endMs: 0, status: null }
}

/**
 * `last`: what came out of the graph, a failed answer included; the request itself when nobody was called. `data` when it
 * is other than that of `last`.
 */
export function gatewayAnswer(
  request: Envelope,
  last: Envelope,
  startMs: number,
  nodes: readonly Route[],
  data: Uint8Array | null = last !== request && last.hasData ? last.data : null,
  endMs = now(),
): Envelope {
  return request.answer({
    role: 'gateway',
    data,
    parameters: last === request ? null : last.parameters,
    status: last !== request && last.isError ? last.status : null,
    routes: [gatewayRoute(startMs, endMs), ...nodes],
  })
}
