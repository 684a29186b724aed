/** One executor with its shards and replicas as one call interface. */
import { asXserveError } from '../errors.ts'
import type { CallHandler } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'
import { balanced } from './balance.ts'
import { createNewest } from './newest.ts'
import type { Merging } from './poll-all.ts'
import type { PollingTable } from './polling.ts'
import { createReplica, type Replica } from './replica.ts'
import { sharded } from './sharded.ts'
import { withTimeLimit } from './time-limit.ts'
import type { WorkerProcessOptions, WorkerSpec } from './worker-process.ts'

export interface DeploymentSpec {
  /** Each of its workers has its own shardId and replicaId, and both in its pod, of which the first part is said here. */
  readonly worker: WorkerSpec
  /** Which shards answer; meaningless with one. */
  readonly polling: PollingTable
  /** What becomes of the documents of several shards. Default: joined by id. */
  readonly merging?: Merging
  /** Milliseconds for one call. Default: null, no limit. */
  readonly timeoutSendMs?: number | null
  /** Other replicas that are tried when one was not reached; default -1 = max(3, replicas), as in Jina. */
  readonly retries?: number
  /** The only one of the shards that runs here; default: null, all of them. */
  readonly shardId?: number | null
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
  /** What endpoints have declared to take and to give. */
  readonly schemas: EndpointSchemas
  /** Whether a request to the endpoint has a method here; true as long as that is not known. */
  has(endpoint: string): boolean
  /** Files of the user's that its workers have loaded. */
  readonly modules: readonly string[]
  /** Names and numbers of its processes, as in the log. */
  readonly pods: readonly { readonly name: string; readonly pid: number }[]
  /** Whether each of its shards has a process that takes calls now: what health tells of it. */
  readonly isServing: boolean
  /** Those of its processes that are not there or keep ending, by name, each with why. */
  readonly failing: Readonly<Record<string, string>>
  /**
   * Exchanges the workers, one after the other, by those that `next` says (as many shards and replicas; null: as now, from
   * the code as it is now). Old ones finish their calls within `drainMs`. Rejects with the first new one's own error; those
   * not exchanged by then serve on. When it is asked for again meanwhile, the newest counts: what has been begun is given
   * up, and both promises tell of the newest. `signal` gives it up as well, with DRAINING.
   */
  replace(next: WorkerSpec | null, drainMs: number, signal?: AbortSignal): Promise<void>
  /** Ends the workers after their calls under way; kills them after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export function createDeployment(spec: DeploymentSpec, options: WorkerProcessOptions): Deployment {
  const { worker, polling, merging = 'join', timeoutSendMs = null, retries = -1 } = spec
  const { name, shards, replicas } = worker.start
  const all: Replica[] = []
  const byShard: (readonly Replica[])[] = []
  const places: { readonly shardId: number; readonly replicaId: number }[] = []
  const shardIds = spec.shardId == null ? [...Array(shards).keys()] : [spec.shardId]
  const groups = shardIds.map((shardId) => {
    const group = Array.from({ length: replicas }, (_, replicaId) => {
      places.push({ shardId, replicaId })
      return createReplica(placed(worker, shardId, replicaId), options)
    })
    all.push(...group)
    byShard.push(group)
    return balanced(group, retries)
  })
  let endpoints: ReadonlySet<string> = new Set()
  let known = false
  let current = worker
  let wanted = worker
  const newest = createNewest()

  const podOf = (index: number): string => {
    const { shardId, replicaId } = places[index]!
    return placed(worker, shardId, replicaId).start.pod
  }
  const log = options.log.named(name)
  const handler = withTimeLimit(sharded(groups, { name, polling, merging, log }), name, timeoutSendMs)

  const exchangeAll = async (next: WorkerSpec, drainMs: number, signal: AbortSignal): Promise<void> => {
    for (const [index, replica] of all.entries()) {
      const { shardId, replicaId } = places[index]!
      await replica.replace(placed(next, shardId, replicaId), drainMs, signal)
      // The first of the new ones tells what there is.
      if (index === 0) endpoints = new Set(replica.endpoints)
    }
    known = true
  }

  return {
    name,
    call: handler.call,
    stream: handler.stream,
    async start() {
      await Promise.all(all.map((replica) => replica.start()))
      endpoints = new Set(all[0]?.endpoints)
      known = true
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
    get schemas() {
      return all[0]?.schemas ?? {}
    },
    // Before the start is over nobody can tell: the call waits for it, and the worker knows.
    has: (endpoint) => !known || endpoints.has(endpoint) || endpoints.has(DEFAULT_ENDPOINT),
    get modules() {
      return [...new Set(all.flatMap((replica) => replica.modules))]
    },
    get pods() {
      return all.map(({ pid }, index) => ({ name: podOf(index), pid }))
    },
    get isServing() {
      return byShard.every((group) => group.some(({ state }) => state === 'ready'))
    },
    get failing() {
      const failing = all.flatMap((replica, index) => (replica.failing ? [[podOf(index), replica.failing]] : []))
      return Object.fromEntries(failing)
    },
    replace(next, drainMs, signal) {
      wanted = next ?? wanted
      return newest(async (superseded) => {
        const target = wanted
        try {
          await exchangeAll(target, drainMs, signal ? AbortSignal.any([superseded, signal]) : superseded)
          current = target
        } catch (error) {
          // The next change of the code is to be one of what serves.
          if (!superseded.aborted) wanted = current
          throw error
        }
      })
    },
    async stop(graceMs) {
      const stopped = await Promise.allSettled(all.map((replica) => replica.stop(graceMs)))
      for (const one of stopped) if (one.status === 'rejected') throw asXserveError(one.reason)
    },
  }
}

/** Processes are named as Jina names them: `a/rep-0`, `a/shard-1/rep-0`. */
function placed(worker: WorkerSpec, shardId: number, replicaId: number): WorkerSpec {
  const { pod: first, shards } = worker.start
  const pod = shards > 1 ? `${first}/shard-${shardId}/rep-${replicaId}` : `${first}/rep-${replicaId}`
  return { ...worker, start: { ...worker.start, pod, shardId, replicaId } }
}
