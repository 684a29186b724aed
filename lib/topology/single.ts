/** A graph of one node, which is every served executor: the request itself goes there, and its answer back. */
import type { CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { now } from '../wire/routes.ts'
import { gatewayAnswer, skippedRoute, statusOf } from './answer.ts'
import type { Node } from './node.ts'
import { skips } from './skip.ts'

export function createSingle(node: Node): CallHandler {
  // Nothing lies between the two of them, so they share their times: a look at the clock costs as much as a route.
  const finished = (request: Envelope, startMs: number, answer: Envelope): Envelope => {
    const endMs = now()
    const route = { executor: node.name, startMs, endMs, status: statusOf(answer) }
    return gatewayAnswer(request, answer, startMs, [route], answer.hasData ? answer.data : null, endMs)
  }
  const leftOut = (request: Envelope, startMs: number): Envelope =>
    gatewayAnswer(request, request, startMs, [skippedRoute(node.name, startMs)])

  return {
    call(request, context) {
      const startMs = now()
      try {
        if (skips(node.name, node, request)) return Promise.resolve(leftOut(request, startMs))
      } catch (error) {
        return Promise.reject(error)
      }
      return node.call(request, context).then((answer) => finished(request, startMs, answer))
    },
    async *stream(request, context) {
      const startMs = now()
      if (skips(node.name, node, request)) {
        yield leftOut(request, startMs)
        return
      }
      for await (const answer of node.stream(request, context)) yield finished(request, startMs, answer)
    },
  }
}
