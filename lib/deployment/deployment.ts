/** One executor with its shards and replicas as one call interface. */
import { asXserveError } from '../errors.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import { createBalancer } from './balance.ts'
import { pollAll } from './poll-all.ts'
import type { PollingTable } from './polling.ts'
import { createReplica, type Replica } from './replica.ts'
import type { WorkerProcessOptions, WorkerSpec } from './worker-process.ts'

export interface DeploymentSpec {
  /** Of the first worker; the others differ in shardId, replicaId and pod. */
  readonly worker: WorkerSpec
  /** Which shards answer; meaningless with one. */
  readonly polling: PollingTable
}

export interface Deployment extends CallHandler {
  readonly name: string
  /** Resolves when all workers are ready; rejects with the first one's own error. */
  start(): Promise<void>
  /** Known once ready. */
  readonly className: string
  readonly endpoints: readonly string[]
  /** Those of the endpoints that stream. */
  readonly streams: readonly string[]
  /** Whether a request to the endpoint has a method here. */
  has(endpoint: string): boolean
  /** Ends the workers after their calls under way; kills them after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

const DEFAULT_ENDPOINT = '/default'

export function createDeployment(spec: DeploymentSpec, options: WorkerProcessOptions): Deployment {
  const { worker, polling } = spec
  const { name, shards, replicas } = worker.start
  const all: Replica[] = []
  const groups = Array.from({ length: shards }, (_, shardId) => {
    const group = Array.from({ length: replicas }, (_, replicaId) =>
      createReplica(specOf(worker, shardId, replicaId), options),
    )
    all.push(...group)
    return balanced(group)
  })
  let endpoints: ReadonlySet<string> = new Set()
  let turn = 0

  const anyShard = (): CallHandler => groups[(turn = (turn + 1) % groups.length)]!
  const warn = (text: string): void => options.log.named(name).warn(text)
  const call = (request: Envelope, context: CallContext): Promise<Envelope> => {
    if (polling(request.endpoint || DEFAULT_ENDPOINT) === 'all') return pollAll(groups, request, context, name, warn)
    return anyShard().call(request, context)
  }

  return {
    name,
    // The common case has one worker and nothing to decide.
    call: groups.length === 1 ? groups[0]!.call : call,
    // A stream is one generator's: with several shards, any of them, whatever the polling.
    stream: (request, context) => anyShard().stream(request, context),
    async start() {
      await Promise.all(all.map((replica) => replica.start()))
      endpoints = new Set(all[0]?.endpoints)
    },
    get className() {
      return all[0]?.className ?? ''
    },
    get endpoints() {
      return [...endpoints]
    },
    get streams() {
      return all[0]?.streams ?? []
    },
    has: (endpoint) => endpoints.has(endpoint) || endpoints.has(DEFAULT_ENDPOINT),
    async stop(graceMs) {
      const stopped = await Promise.allSettled(all.map((replica) => replica.stop(graceMs)))
      for (const one of stopped) if (one.status === 'rejected') throw asXserveError(one.reason)
    },
  }
}

function balanced(group: readonly Replica[]): CallHandler {
  const pick = createBalancer(group)
  const [only] = group
  if (group.length === 1 && only) return only
  return {
    call: (request, context) => pick().call(request, context),
    stream: (request, context) => pick().stream(request, context),
  }
}

/** Processes are named as Jina names them: `a/rep-0`, `a/shard-1/rep-0`. */
function specOf(worker: WorkerSpec, shardId: number, replicaId: number): WorkerSpec {
  const { name, shards } = worker.start
  const pod = shards > 1 ? `${name}/shard-${shardId}/rep-${replicaId}` : `${name}/rep-${replicaId}`
  return { ...worker, start: { ...worker.start, pod, shardId, replicaId } }
}
