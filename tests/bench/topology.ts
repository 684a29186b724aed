/**
 * What a node more costs: the way through the graph alone, with nodes in memory that change nothing, and a pipeline of
 * real workers without a server in front of it.
 */
import { createDeployment } from '../../lib/deployment/deployment.ts'
import { pollingTable } from '../../lib/deployment/polling.ts'
import { createLogger } from '../../lib/log.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { type CallHandler, detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { graphOf, nodePlan } from '../topology/trace.ts'
import { cpuMicros, median } from './machine.ts'
import { tensorRequest, textRequest } from './message.ts'
import { atMost, type Measure, measure } from './report.ts'
import { BINARY, EXECUTOR } from './servers.ts'

const ROUNDS = 7

const chainOf = (length: number): GraphPlan =>
  graphOf(...Array.from({ length }, (_, i) => nodePlan(`n${i}`, [i === 0 ? 'gateway' : `n${i - 1}`])))

/** Branches and the node that joins them. */
const joinOf = (branches: number): GraphPlan => {
  const names = Array.from({ length: branches }, (_, i) => `b${i}`)
  return graphOf(...names.map((name) => nodePlan(name, ['gateway'])), nodePlan('join', names))
}

/** Answers at once. `data`: what it answers with; null: what it got. */
function inMemory(name: string, data: Uint8Array | null): Node {
  const answer = (request: Envelope): Envelope =>
    request.answer({ role: 'executor', data, parameters: null, status: null, routes: [] })
  return {
    name,
    has: () => true,
    call: (request) => Promise.resolve(answer(request)),
    async *stream(request) {
      yield answer(request)
    },
  }
}

/** Microseconds for one request, several under way at a time; from bytes to bytes as a server does it. */
async function microsOf(handler: CallHandler, bytes: Uint8Array, requests: number, underWay = 32): Promise<number> {
  const context = detachedContext()
  let left = requests
  const one = async (): Promise<void> => {
    while (left-- > 0) (await handler.call(Envelope.parse(bytes), context)).encode()
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: underWay }, one))
  return ((performance.now() - began) * 1000) / requests
}

async function medianMicros(handler: CallHandler, bytes: Uint8Array, requests: number): Promise<number> {
  await microsOf(handler, bytes, requests)
  const found: number[] = []
  for (let round = 0; round < ROUNDS; round++) found.push(await microsOf(handler, bytes, requests))
  return median(found)
}

function flow(graph: GraphPlan, dataOf: (name: string) => Uint8Array | null = () => null): CallHandler {
  return createTopology(graph, new Map(graph.nodes.map(({ name }) => [name, inMemory(name, dataOf(name))])))
}

async function measureGraphs(requests: number): Promise<Measure[]> {
  const small = textRequest()
  const large = tensorRequest()
  const single = await medianMicros(flow(chainOf(1)), small, requests)
  const three = await medianMicros(flow(chainOf(3)), small, requests)
  const eight = await medianMicros(flow(chainOf(8)), small, requests)
  // Every encode copies a megabyte, so that the nodes are told by the difference.
  const few = Math.max(200, requests / 100)
  const largeNode =
    ((await medianMicros(flow(chainOf(8)), large, few)) - (await medianMicros(flow(chainOf(1)), large, few))) / 7
  // Branches that change documents have to be joined; they come as bytes of their own.
  const other = Envelope.parse(small.slice()).data
  const changed = (name: string) => (name === 'b0' ? null : other)
  return [
    measure('topology.single', 'graph of one node: whole request', single, 'µs/req', atMost(10)),
    measure('topology.node', 'chain: each node more', (eight - single) / 7, 'µs/req', atMost(3)),
    measure('topology.chain3', 'chain of three: whole request', three, 'µs/req'),
    measure('topology.node.large', 'chain: each node more, documents of 1 MiB', largeNode, 'µs/req'),
    measure(
      'topology.join2',
      'join of two that pass on',
      await medianMicros(flow(joinOf(2)), small, requests),
      'µs/req',
    ),
    measure(
      'topology.join2.changed',
      'join of two, documents joined',
      await medianMicros(flow(joinOf(2), changed), small, requests),
      'µs/req',
    ),
    measure(
      'topology.join8.changed',
      'join of eight, documents joined',
      await medianMicros(flow(joinOf(8), changed), small, requests / 4),
      'µs/req',
    ),
  ]
}

/** Deployments of one worker each, ready. */
async function startWorkers(names: readonly string[]) {
  const quiet = () => {}
  const options = { log: createLogger('bench', { level: 'error' }), stdout: quiet, stderr: quiet, command: [BINARY] }
  const rest = {
    shardId: 0,
    shards: 1,
    replicaId: 0,
    replicas: 1,
    workspace: null,
    usesWith: {},
    usesMetas: {},
    usesRequests: {},
  }
  const deployments = names.map((name) =>
    createDeployment(
      {
        worker: {
          file: `${process.cwd()}/${EXECUTOR}`,
          className: null,
          start: { name, pod: name, ...rest },
          env: {},
          timeoutReadyMs: 30_000,
        },
        polling: pollingTable('any'),
      },
      options,
    ),
  )
  await Promise.all(deployments.map((one) => one.start()))
  return deployments
}

async function measurePipeline(requests: number): Promise<Measure[]> {
  const graph = chainOf(3)
  const deployments = await startWorkers(graph.nodes.map(({ name }) => name))
  try {
    const nodes = new Map(deployments.map((one) => [one.name, one]))
    const handlerOf = (length: number) => createTopology(chainOf(length), nodes)
    const text = textRequest()
    const latency = async (length: number) => {
      await microsOf(handlerOf(length), text, 500, 1)
      return microsOf(handlerOf(length), text, Math.ceil(requests / 20), 1)
    }
    const one = await latency(1)
    const three = await latency(3)
    const cpu = cpuMicros(process.pid)
    const began = performance.now()
    await microsOf(handlerOf(3), text, requests, 64)
    const seconds = (performance.now() - began) / 1000
    const parent = (cpuMicros(process.pid) - cpu) / requests
    return [
      measure('pipeline.stage', 'workers in a row: latency of each stage more', (three - one) / 2, 'µs'),
      measure('pipeline.rate', 'three workers in a row, 64 under way', requests / seconds, 'req/s'),
      measure('pipeline.parent', 'three workers in a row: CPU of the parent', parent, 'µs/req'),
    ]
  } finally {
    await Promise.all(deployments.map((deployment) => deployment.stop(1000)))
  }
}

export async function measureTopology(requests: number): Promise<Measure[]> {
  return [...(await measureGraphs(requests)), ...(await measurePipeline(requests))]
}
