/** Routes one request through the graph and writes the gateway's answer (Jina facts §1.5, §5.4). The graph has one node. */
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { now, type Route } from '../wire/routes.ts'
import { matchesTarget } from '../wire/target.ts'
import type { Node } from './node.ts'

const GATEWAY = 'gateway'
const DEFAULT_ENDPOINT = '/default'

/**
 * Jina's client divides by the gateway's time in whole milliseconds when it profiles, and Jina never answers within one.
 * So an answer within the same millisecond is told as having taken until the next.
 */
function gatewayRoute(startMs: number, endMs: number): Route {
  return { executor: GATEWAY, startMs, endMs: Math.max(endMs, Math.floor(startMs) + 1), status: null }
}

/** Errors: XserveError BAD_TARGET, and what the node's channel rejects with. An executor's error is an answer. */
export function createTopology(node: Node): CallHandler {
  const skips = (request: Envelope): boolean =>
    !matchesTarget(request.targetExecutor, node.name) || !node.has(request.endpoint || DEFAULT_ENDPOINT)

  /** A node that is left out passes the documents on and gets a route without an end. */
  const skipped = (request: Envelope, startMs: number): Envelope =>
    request.answer({
      role: 'gateway',
      data: null,
      parameters: null,
      status: null,
      routes: [gatewayRoute(startMs, now()), { executor: node.name, startMs, endMs: 0, status: null }],
    })

  const finished = (request: Envelope, startMs: number, sentMs: number, answer: Envelope): Envelope => {
    const status = answer.isError ? answer.status : null
    const endMs = now()
    const routes: Route[] = [gatewayRoute(startMs, endMs), { executor: node.name, startMs: sentMs, endMs, status }]
    return request.answer({
      role: 'gateway',
      data: answer.hasData ? answer.data : null,
      parameters: answer.parameters,
      status,
      routes,
    })
  }

  return {
    call(request: Envelope, context: CallContext): Promise<Envelope> {
      const startMs = now()
      let leftOut: boolean
      try {
        leftOut = skips(request)
      } catch (error) {
        return Promise.reject(error)
      }
      if (leftOut) return Promise.resolve(skipped(request, startMs))
      const sentMs = now()
      return node.call(request, context).then((answer) => finished(request, startMs, sentMs, answer))
    },
    async *stream(request, context) {
      const startMs = now()
      if (skips(request)) {
        yield skipped(request, startMs)
        return
      }
      for await (const answer of node.stream(request, context)) yield finished(request, startMs, startMs, answer)
    },
  }
}
