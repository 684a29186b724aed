/** `uses_before` and `uses_after`: executors around the shards of one deployment, called one after the other with them. */

import { statusOf } from '../topology/answer.ts'
import type { CallContext } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'
import { mergeResults } from '../wire/results.ts'
import type { Deployment } from './deployment.ts'
import { mergedData, type Together } from './poll-all.ts'

export interface AroundOptions {
  readonly before: Deployment | null
  readonly after: Deployment | null
  /** What becomes of the shards' documents where nobody stands behind them for the endpoint. */
  readonly merging: Together
}

/**
 * `shards` must leave the documents of its shards apart when there is an executor behind them. The whole is known by the
 * endpoints of its shards. Streams go to the shards alone: there is no telling what the others were to do with a part.
 */
export function around(shards: Deployment, options: AroundOptions): Deployment {
  const { before, after, merging } = options
  const all = [before, shards, after].filter((one) => one !== null)
  const wants = (one: Deployment | null, request: Envelope): one is Deployment =>
    one?.has(request.endpoint || DEFAULT_ENDPOINT) ?? false

  const call = async (request: Envelope, context: CallContext): Promise<Envelope> => {
    let answer = request
    if (wants(before, request)) {
      answer = await before.call(request, context)
      if (answer.isError) return answer
    }
    const sharded = await shards.call(answer, context)
    if (sharded.isError) return sharded
    if (!wants(after, request)) return together(request, sharded, merging)
    return resultsOf(request, await after.call(sharded, context), sharded)
  }

  return {
    name: shards.name,
    call,
    stream: shards.stream,
    async start() {
      await Promise.all(all.map((one) => one.start()))
    },
    get className() {
      return shards.className
    },
    get endpoints() {
      return shards.endpoints
    },
    get streams() {
      return shards.streams
    },
    get schemas() {
      return shards.schemas
    },
    has: shards.has,
    get modules() {
      return [...new Set(all.flatMap((one) => one.modules))]
    },
    get pods() {
      return all.flatMap((one) => one.pods)
    },
    get isServing() {
      return all.every((one) => one.isServing)
    },
    get failing() {
      return Object.assign({}, ...all.map((one) => one.failing))
    },
    async replace(next, drainMs, signal) {
      await shards.replace(next, drainMs, signal)
      await before?.replace(null, drainMs, signal)
      await after?.replace(null, drainMs, signal)
    },
    async stop(graceMs) {
      // In the order of a call, so that those under way find everybody that they need.
      for (const one of all) await one.stop(graceMs)
    },
  }
}

/** The answer to `request` itself, whatever was sent on the way; what the shards remarked stays with it. */
function resultsOf(request: Envelope, answer: Envelope, sharded: Envelope): Envelope {
  return request.answer({
    role: 'executor',
    data: answer.data,
    parameters: mergeResults(request.parameters, [answer.parameters]),
    status: statusOf(answer.isError ? answer : sharded),
    routes: answer.routes.slice(-1),
  })
}

function together(request: Envelope, sharded: Envelope, merging: Together): Envelope {
  const branches = [sharded, ...sharded.siblings].map((one) => one.data)
  return request.answer({
    role: 'executor',
    data: mergedData(branches, merging),
    parameters: mergeResults(request.parameters, [sharded.parameters]),
    status: statusOf(sharded),
    routes: sharded.routes.slice(-1),
  })
}
