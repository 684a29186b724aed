/** An executor that runs elsewhere already, as a deployment: its addresses are replicas, or replicas of shards. */

import { parametersFor } from '../executor/parameters.ts'
import type { Logger } from '../log.ts'
import { channelTuning } from '../plan/grpc-options.ts'
import type { Address, DeploymentPlan } from '../plan/plan.ts'
import { decodeStruct, encodeStruct } from '../protobuf/struct.ts'
import { statusOf } from '../topology/answer.ts'
import type { CallContext } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'
import { mergeResults, RESULTS } from '../wire/results.ts'
import { balanced } from './balance.ts'
import type { Deployment } from './deployment.ts'
import type { Merging } from './poll-all.ts'
import { pollingTable } from './polling.ts'
import { createRemoteHost, type RemoteHost } from './remote-host.ts'
import { sharded } from './sharded.ts'
import { withTimeLimit } from './time-limit.ts'

export interface RemoteOptions {
  readonly log: Logger
  /** IP addresses of a name. Default: the system's. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

/** What a remote deployment is made from; `uses` is that of an external executor. */
export type RemotePlan = Pick<DeploymentPlan, 'name' | 'polling' | 'timeoutSendMs' | 'retries' | 'grpcMetadata'> &
  Partial<Pick<DeploymentPlan, 'options'>> & {
    readonly addresses: readonly Address[]
  }

/**
 * Connects at once; `merging` is what becomes of the documents of several shards. `start()` resolves when somebody
 * answers for every shard and never rejects: executors elsewhere come and go as they like.
 *
 * Throws XserveError BAD_ARGUMENT for metadata that cannot be sent.
 */
export function remoteDeployment(plan: RemotePlan, options: RemoteOptions, merging: Merging = 'join'): Deployment {
  const { name, addresses } = plan
  const log = options.log.named(name)
  const polling = pollingTable(plan.polling)
  const hosts: RemoteHost[] = []
  const tuning = channelTuning(plan.options ?? {})
  const shards = groupByShard(addresses).map((group) => {
    const own = group.map((address) =>
      createRemoteHost({ name, address, metadata: plan.grpcMetadata, tuning, log, resolve: options.resolve }),
    )
    hosts.push(...own)
    return { hosts: own, handler: balanced(own, plan.retries ?? -1) }
  })
  const handlers = shards.map(({ handler }) => handler)
  const limited = withTimeLimit(sharded(handlers, { name, polling, merging, log }), name, plan.timeoutSendMs)
  const known = () => hosts.find((host) => host.discovered !== null)?.discovered ?? null

  return {
    name,
    call: async (request, context) => answerTo(request, await limited.call(asked(request, name), context), name),
    async *stream(request: Envelope, context: CallContext) {
      for await (const item of limited.stream(asked(request, name), context)) yield item
    },
    start: async () => {
      await Promise.all(shards.map((shard) => Promise.race(shard.hosts.map((host) => host.seen))))
    },
    className: '',
    get endpoints() {
      return known()?.endpoints ?? []
    },
    get streams() {
      return known()?.streams ?? []
    },
    get schemas() {
      return known()?.schemas ?? {}
    },
    has(endpoint) {
      const discovered = known()
      // Nobody knows yet: the call waits for it, or says that it is not there.
      if (discovered === null) return true
      if (discovered.endpoints.includes(endpoint) || discovered.endpoints.includes(DEFAULT_ENDPOINT)) return true
      for (const host of hosts) host.refresh()
      return false
    },
    modules: [],
    pods: [],
    get isServing() {
      return shards.every((shard) => shard.hosts.some(({ state }) => state === 'ready'))
    },
    get failing() {
      const failing = hosts.flatMap((host) => (host.failing ? [[`${name} at ${host.address}`, host.failing]] : []))
      return Object.fromEntries(failing)
    },
    // What runs elsewhere is exchanged there.
    async replace() {},
    async stop() {
      for (const host of hosts) host.close()
    },
  }
}

function groupByShard(addresses: readonly Address[]): (readonly Address[])[] {
  const groups = new Map<number, Address[]>()
  for (const address of addresses) {
    const shard = address.shard ?? 0
    groups.set(shard, [...(groups.get(shard) ?? []), address])
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/**
 * Specific parameters are chosen here: elsewhere the executor has another name. Results of executors before stay here, as in
 * Jina, where nobody is asked with those of others: an executor that batches by parameters would have no two requests alike.
 */
function asked(request: Envelope, name: string): Envelope {
  const { parameters } = request
  const bytes = Buffer.from(parameters.buffer, parameters.byteOffset, parameters.byteLength)
  if (!bytes.includes('__') && !bytes.includes(name)) return request
  const all = decodeStruct(parameters)
  if (!Object.entries(all).some(([key, value]) => isForSome(key, value, name))) return request
  const { [RESULTS]: _, ...rest } = parametersFor(all, name, name)
  // What Jina's client sends where there is nothing else.
  const own = Object.keys(rest).length === 0 ? { [RESULTS]: {} } : rest
  const changed = request.answer({
    role: 'executor',
    data: null,
    parameters: encodeStruct(own),
    status: null,
    routes: [],
  })
  changed.siblings = request.siblings
  return changed
}

/** Whether not everybody gets the parameter as it is. */
function isForSome(key: string, value: unknown, name: string): boolean {
  const isObject = typeof value === 'object' && value !== null
  if (key === RESULTS) return isObject && Object.keys(value).length > 0
  return key.includes('__') || (key === name && isObject)
}

/** As an executor of ours answers: under this name, to the client's parameters. */
function answerTo(request: Envelope, answer: Envelope, name: string): Envelope {
  const parameters = mergeResults(request.parameters, [answer.parameters])
  const own = request.answer({
    role: 'executor',
    data: answer.hasData ? answer.data : null,
    parameters: parameters === request.parameters ? null : parameters,
    status: statusOf(answer),
    routes: [{ executor: name, startMs: 0, endMs: 0, status: null }],
  })
  own.siblings = answer.siblings
  return own
}
