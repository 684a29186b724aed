/** Routes requests through the graph of a Flow and writes the gateway's answer (Jina facts §1.5, §5.4). */
import { Loans, loansOf } from '../link/memory/loans.ts'
import { ownStore } from '../link/memory/store.ts'
import { seldom } from '../log.ts'
import type { GraphPlan } from '../plan/plan.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { now, type Route } from '../wire/routes.ts'
import { matchesTarget } from '../wire/target.ts'
import { gatewayAnswer } from './answer.ts'
import { callChain, streamChain } from './chain.ts'
import { compileGraph, type Graph, type Stage } from './compile.ts'
import { LendingContext } from './context.ts'
import { orderLike } from './documents.ts'
import { createFloating, type Floating } from './floating.ts'
import type { Node } from './node.ts'
import { createSingle } from './single.ts'
import { join } from './step.ts'
import { streamersOf } from './streamers.ts'
import { type Part, walk } from './walk.ts'

export interface TopologyOptions {
  /** Told of what fails while nobody waits for it, floating executors: once a second at most. Default: nobody. */
  readonly warn?: (text: string) => void
}

export interface Topology extends CallHandler {
  /** Resolves when nothing is under way any more that callers do not wait for: floating executors. */
  settled(): Promise<void>
}

/**
 * `nodes` by name; a node of the graph that is not among them needs no process and passes everything on.
 *
 * Errors of calls: XserveError BAD_TARGET, BAD_REQUEST for documents that cannot be joined, and what a node's channel
 * rejects with. An executor's error is an answer. Throws for a graph or a condition that is none (`compileGraph`).
 */
export function createTopology(
  plan: GraphPlan,
  nodes: ReadonlyMap<string, Node>,
  options: TopologyOptions = {},
): Topology {
  const graph = compileGraph(plan, nodes)
  const [first] = graph.stages
  if (graph.stages.length === 1 && first!.awaited && first!.node !== null && first!.condition === null) {
    return { ...createSingle(first!.node), settled: async () => {} }
  }
  const floating = createFloating(seldom(options.warn ?? (() => {})))
  const isChain = graph.tail.length === graph.stages.length && graph.stages.length > 0
  return {
    call: isChain ? chainCall(graph) : graphCall(graph, floating),
    stream: streamCall(graph, floating),
    settled: floating.settled,
  }
}

/** `lasting`: the documents as they stay until the caller has read them, when the loans of their way are over. */
function finished(
  graph: Graph,
  request: Envelope,
  last: Envelope,
  startMs: number,
  routes: readonly Route[],
  lasting: (data: Uint8Array) => Uint8Array,
): Envelope {
  const { data } = last
  const isOrdered = !graph.ordered || last === request || last.isError || data.length === 0
  const kept = lasting(isOrdered ? data : orderLike(data, request.data))
  return gatewayAnswer(request, last, startMs, routes, kept === data ? undefined : kept)
}

function chainCall(graph: Graph) {
  return async (request: Envelope, context: CallContext): Promise<Envelope> => {
    const startMs = now()
    const routes: Route[] = []
    const loans = new Loans(ownStore)
    try {
      const lending = new LendingContext(context, loans)
      const { output } = await callChain(graph.stages, request, [request], lending, routes)
      return finished(graph, request, output, startMs, routes, (data) => loans.handOver(data, loansOf(context)))
    } finally {
      loans.end()
    }
  }
}

/** Nothing of a stream is on loan. */
const own = (data: Uint8Array): Uint8Array => data

const NONE: ReadonlySet<number> = new Set()

function graphCall(graph: Graph, floating: Floating) {
  const part = partOf(graph, graph.ends, NONE)
  return async (request: Envelope, context: CallContext): Promise<Envelope> => {
    const startMs = now()
    checkTarget(request)
    const loans = new Loans(ownStore)
    const heir = loansOf(context)
    // What is under way may read the request when its caller has the answer, or has gone.
    if (heir !== null) loans.holdAll(heir)
    // Until the answer is made, and nothing is under way for which it does not wait.
    let needed = 2
    const done = (): void => {
      needed--
      if (needed === 0) loans.end()
    }
    const watcher = floating.watch()
    const onOver = (): void => {
      watcher.onOver()
      done()
    }
    try {
      const walked = walk(part, request, new LendingContext(context, loans), { ...watcher, onOver })
      const { outputs, failed, routes } = await walked
      // The same goes for the documents of the answer.
      const lasting = (data: Uint8Array): Uint8Array => loans.handOver(data, needed > 1 ? null : heir)
      return finished(graph, request, failed ?? joined(request, outputs), startMs, routes, lasting)
    } finally {
      done()
    }
  }
}

/** A single end that nobody has touched is the request itself. */
function joined(request: Envelope, outputs: readonly Envelope[]): Envelope {
  return outputs.length === 1 ? outputs[0]! : join(request, outputs, [])
}

/** What stands before the tail is called, once; the tail streams. */
function streamCall(graph: Graph, floating: Floating) {
  const tail = graph.tail.map((index) => graph.stages[index]!)
  const part = partOf(graph, tail[0]?.needs ?? graph.ends, new Set(graph.tail))
  const needsWalk = tail.length < graph.stages.length

  return async function* (request: Envelope, context: CallContext): AsyncGenerator<Envelope, void, undefined> {
    const startMs = now()
    checkTarget(request)
    const streamers = streamersOf(graph, request)
    let inputs: readonly Envelope[] = [request]
    let before: readonly Route[] = []
    if (needsWalk) {
      const { outputs, failed, routes } = await walk(part, request, context, floating.watch())
      if (failed !== null || tail.length === 0) {
        yield finished(graph, request, failed ?? joined(request, outputs), startMs, routes, own)
        return
      }
      inputs = outputs
      before = routes
    }
    const onlooker = (stage: Stage, output: Envelope): void => floating.follow(graph, stage, request, output, context)
    for await (const { step, routes } of streamChain(tail, request, inputs, context, streamers, onlooker)) {
      yield finished(graph, request, step.output, startMs, [...before, ...routes], own)
    }
  }
}

function partOf(graph: Graph, ends: readonly number[], without: ReadonlySet<number>): Part {
  const awaited = graph.stages.filter((stage) => stage.awaited && !without.has(stage.index)).length
  return { graph, ends, without, awaited }
}

/** A pattern that is none fails the request before anybody is called. */
function checkTarget(request: Envelope): void {
  matchesTarget(request.targetExecutor, '')
}
