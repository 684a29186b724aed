/** Which executors of a graph a stream is asked of, and whether the graph can carry one. */

import { XserveError } from '../errors.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'
import type { Graph, Stage } from './compile.ts'
import type { Node } from './node.ts'
import { skips } from './skip.ts'

/**
 * Those known to stream at the endpoint. When there is none, the last one that is called: it may stream all the same, being
 * elsewhere and not known yet, or tells itself that it does not. None at all when nobody is called: the document passes.
 *
 * Throws XserveError CANNOT_STREAM where documents would have to come one by one into a join: how far each of them belongs
 * to the one answer of the branches beside it nobody can say.
 */
export function streamersOf(graph: Graph, request: Envelope): ReadonlySet<Stage> {
  const endpoint = request.endpoint || DEFAULT_ENDPOINT
  const called = graph.stages.filter(
    (stage) => stage.awaited && stage.node !== null && !skips(stage.name, stage.node, request),
  )
  const known = called.filter((stage) => streams(stage.node!, endpoint))
  const joined = known.find(({ index }) => !graph.tail.includes(index))
  // Callers over gRPC get a status and a sentence, so the way out stands in it.
  if (joined !== undefined) {
    throw new XserveError(
      'CANNOT_STREAM',
      `${joined.name} streams ${endpoint} on a branch whose documents are joined with those of others: ` +
        'post without streaming, or let it stand behind the join',
    )
  }
  if (known.length > 0 || called.length === 0) return new Set(known)
  const last = called.findLast(({ index }) => graph.tail.includes(index))
  if (last !== undefined) return new Set([last])
  const names = called.map(({ name }) => name).join(', ')
  throw new XserveError('CANNOT_STREAM', `none of ${names} streams ${endpoint}: post without streaming`)
}

/** A method of the default endpoint answers at all that have none of their own. */
function streams({ streams: known = [], endpoints = [] }: Node, endpoint: string): boolean {
  return known.includes(endpoint) || (known.includes(DEFAULT_ENDPOINT) && !endpoints.includes(endpoint))
}
