/**
 * Brings up what a plan says, and takes it down again: executors, the topology in front of them, listeners. Every command
 * that serves is a plan, if only of one executor.
 */

import type { WorkerProcessOptions } from '../deployment/worker-process.ts'
import { XserveError } from '../errors.ts'
import { createRuntime } from '../gateway/gateway.ts'
import { createInfo } from '../gateway/info.ts'
import { serverTuning } from '../plan/grpc-options.ts'
import { sharesPort } from '../plan/listeners.ts'
import { type FlowPlan, GATEWAY, type GatewayPlan } from '../plan/plan.ts'
import type { HttpHandler } from '../servers/http/exchange.ts'
import type { HttpHandlerOptions } from '../servers/http/handler.ts'
import type { Node } from '../topology/node.ts'
import { swappable } from '../topology/swappable.ts'
import { createTopology, type Topology } from '../topology/topology.ts'
import type { CallHandler, Listener, ServedRuntime } from '../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import { FAILED_CHANGE, FAILING } from '../wire/notes.ts'
import { chainSchemas } from '../wire/schemas/discovered.ts'
import { within } from '../within.ts'
import { changeMembers, type Difference } from './change.ts'
import { type ListenOptions, startListeners } from './listen.ts'
import { allOf, awaitRemotes, createMembers, type Member, type Progress, startMembers, stopMembers } from './members.ts'
import { passOn } from './pass-on.ts'
import { tellingUnserved } from './unserved.ts'
import { faultText, placed } from './words.ts'

export interface FlowOptions extends WorkerProcessOptions {
  /** `gateway`: the graph behind a gateway. `executor`: its one executor, shared, which answers the executor services itself. */
  readonly role: 'gateway' | 'executor'
  /** The product's own. */
  readonly version: string
  /** Largest request message in bytes on every protocol; -1 = no limit. Default: none on gRPC, 128 MB elsewhere. */
  readonly maxMessageBytes?: number
  /** HTTP and WebSocket on one free port. Default: when they are given the same number. */
  readonly sharedPort?: boolean
  /** Executors whose last change was not taken, each with why: `_status` tells. Default: none. */
  readonly failures?: () => ReadonlyMap<string, XserveError>
  /** The plan may change while it runs, which costs every call a little. Default: false. */
  readonly mayChange?: boolean
  /** Told as each executor starts. */
  readonly progress?: Progress
}

export interface RunningFlow {
  readonly plan: FlowPlan
  /** In the order of the plan. */
  readonly listeners: readonly Listener[]
  readonly members: ReadonlyMap<string, Member>
  /** Those whose code may be watched: the executors, and the gateway where it is the user's own. */
  readonly watched: ReadonlyMap<string, Member>
  /** Of all executors. */
  readonly endpoints: readonly string[]
  /** Calls into the Flow without a way over the network. */
  readonly handler: CallHandler
  /** Resolves when the executors elsewhere have been there as well and health says yes; never rejects. */
  readonly ready: Promise<void>
  /**
   * Changes over to another plan without losing a call; ports stay as they are. Rejects with the first failure, or when
   * `signal` gives it up, then the plan before goes on; for a Flow that was not started with `mayChange`, with XserveError INTERNAL.
   */
  change(next: FlowPlan, drainMs: number, signal?: AbortSignal): Promise<Difference>
  /** Health says no, new calls are refused, calls under way finish within `drainMs`, close() runs, the workers end. */
  stop(drainMs: number): Promise<void>
}

/** An outer gateway asks for the endpoints once; so long it waits for executors of ours that run elsewhere. */
const ENDPOINTS_WAIT_MS = 5000

/**
 * Resolves when the executors that are ours are ready. Rejects with the first cause (a port in use, a certificate, an
 * executor's own error) after everything has been stopped again.
 */
export async function startFlow(plan: FlowPlan, options: FlowOptions): Promise<RunningFlow> {
  const { role, log } = options
  let current = { plan, members: await createMembers(plan, options) }
  const { members } = current
  let topology = role === 'gateway' ? createGraph(plan, members, options) : null
  const first: CallHandler = topology ?? soleMember(members, plan)
  const place = options.mayChange ? swappable(first) : null
  const isServed = (endpoint: string): boolean =>
    endpoint === DRY_RUN_ENDPOINT || [...current.members.values()].some(({ deployment }) => deployment.has(endpoint))
  const served = place ?? first
  const handler = log.isDebug ? tellingUnserved(served, isServed, log.debug) : served
  const leaving = new Set<Promise<unknown>>()
  const own = plan.gateway.uses === null ? null : await ownGateway(plan.gateway, () => runtime, options)
  const watched = (): ReadonlyMap<string, Member> =>
    own ? new Map([...current.members, [GATEWAY, own.member]]) : current.members
  const started = startMembers(watched(), options.progress)
  started.catch(() => {})
  const remotes = awaitRemotes(members, options.progress)
  // A call by the path of its endpoint asks twice: it is not to wait for a timer each time.
  let isKnown = false
  Promise.all([started, remotes]).then(
    () => {
      isKnown = true
    },
    () => {},
  )
  const known = async () => {
    if (isKnown) return
    await started
    await within(remotes, ENDPOINTS_WAIT_MS)
  }
  const streams = () => allOf(current.members, (deployment) => deployment.streams)
  // In the order of the graph, which is that of a document's way.
  const schemas = () => {
    const inOrder = current.plan.graph.nodes.map(({ name }) => current.members.get(name)?.deployment.schemas ?? {})
    return chainSchemas(inOrder)
  }
  const runtime = createRuntime({
    role,
    handler,
    info: createInfo(
      options.version,
      () => streams().length > 0 || Object.keys(schemas()).length > 0,
      () => ({ ...failedChanges(options.failures?.()), ...failing(watched()) }),
    ),
    serves: (name) => serves(name, role, current.members),
    endpoints: async () => {
      await known()
      return [...new Set([...allOf(current.members, (deployment) => deployment.endpoints), DRY_RUN_ENDPOINT])]
    },
    streams: async () => {
      await known()
      return streams()
    },
    schemas: async () => {
      await known()
      return schemas()
    },
  })
  const listening = listen(runtime, plan.gateway, options, own?.http)
  const setServing = async (serving: boolean) => {
    for (const listener of await listening) listener.setServing(serving)
  }
  const close = async (graceMs: number) => {
    await Promise.all((await listening).map((listener) => listener.close(graceMs)))
  }
  // Ports are taken at once, so that a conflict is told before a long start; health says no until all are ready.
  const bound = setServing(false)
  try {
    const [listeners] = await Promise.all([listening, started, bound])
    let stopped = false
    const ready = remotes.then(async () => {
      if (!stopped) await setServing(true)
    })
    // Nobody to wait for: it is ready by now, not a moment later.
    if (![...members.values()].some(({ isRemote }) => isRemote)) await ready
    return {
      get plan() {
        return current.plan
      },
      listeners,
      get members() {
        return current.members
      },
      get watched() {
        return watched()
      },
      handler,
      ready,
      get endpoints() {
        return allOf(current.members, (deployment) => deployment.endpoints)
      },
      async change(next, drainMs, signal) {
        if (place === null) throw new XserveError('INTERNAL', 'this Flow was started to stay as it is')
        const changing = { ...options, drainMs, ...(signal ? { signal } : {}) }
        const { members: after, difference, retire } = await changeMembers(current, next, changing)
        await own?.change(next.gateway, drainMs)
        current = { plan: next, members: after }
        topology = role === 'gateway' ? createGraph(next, after, options) : null
        const { finished } = place.swap(topology ?? soleMember(after, next))
        const left = within(finished, drainMs)
          .then(() => retire(drainMs))
          .finally(() => leaving.delete(left))
        leaving.add(left)
        left.catch((error: unknown) => log.debug(`while an executor was stopped: ${error}`))
        return difference
      },
      async stop(drainMs) {
        stopped = true
        const end = performance.now() + drainMs
        await setServing(false)
        await close(drainMs)
        const left = () => Math.max(0, end - performance.now())
        // Floating executors: nobody waits for them but we.
        if (topology) await within(topology.settled(), left())
        await within(Promise.all(leaving), left())
        await stopMembers(watched(), left())
      },
    }
  } catch (error) {
    const settled = await Promise.allSettled([close(0), stopMembers(members, 0), own?.member.deployment.stop(0)])
    for (const part of settled) if (part.status === 'rejected') log.debug(`while stopping: ${part.reason}`)
    throw error
  }
}

/** Loaded only where there is one. */
async function ownGateway(plan: GatewayPlan, runtime: () => ServedRuntime, options: FlowOptions) {
  const { createOwnGateway } = await import('./own-gateway.ts')
  return createOwnGateway(plan, runtime, options)
}

function createGraph(plan: FlowPlan, members: ReadonlyMap<string, Member>, { log }: FlowOptions): Topology {
  const nodes = new Map<string, Node>([...members].map(([name, { deployment }]) => [name, deployment]))
  return createTopology(plan.graph, nodes, { warn: (text) => log.warn(text) })
}

function soleMember(members: ReadonlyMap<string, Member>, { deployments }: FlowPlan): CallHandler {
  const [only, ...others] = members.values()
  const [first] = deployments
  if (!only && first?.uses.kind === 'pass') return passOn(first.name)
  if (only && others.length === 0) return only.deployment
  throw new XserveError('INTERNAL', `a shared executor is one executor, not ${members.size}`)
}

async function listen(
  runtime: ServedRuntime,
  gateway: GatewayPlan,
  options: FlowOptions,
  beside: HttpHandler | undefined,
): Promise<readonly Listener[]> {
  const { log } = options
  const protocols = gateway.listeners
  const tuning = serverTuning(gateway.options)
  const maxMessageBytes = options.maxMessageBytes ?? tuning.maxReceiveBytes
  const settings: ListenOptions = {
    host: gateway.host,
    listening: { protocols, shared: options.sharedPort ?? sharesPort(protocols) },
    routes: { ...routesOf(gateway, options.version), beside },
    prefetch: gateway.prefetch,
    tuning,
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    onInternalError: (error) => log.error(faultText(error)),
  }
  if (gateway.tls === null) return startListeners(runtime, settings)
  // Cryptography is loaded only when it is needed: a start takes few milliseconds.
  const { readCertificate } = await import('./certificate.ts')
  const tls = await readCertificate(gateway.tls)
  return startListeners(runtime, { ...settings, tls })
}

function routesOf({ http }: GatewayPlan, version: string): HttpHandlerOptions {
  const { title, description } = http
  return {
    version,
    noDebugEndpoints: !http.debugEndpoints,
    noCrudEndpoints: !http.crudEndpoints,
    exposeEndpoints: http.exposeEndpoints,
    cors: http.cors,
    ...(title === null ? {} : { title }),
    ...(description === null ? {} : { description }),
  }
}

/** What `_status` says of changes that were not taken. */
function failedChanges(failures: ReadonlyMap<string, XserveError> = new Map()): Record<string, string> {
  return Object.fromEntries([...failures].map(([name, error]) => [FAILED_CHANGE + name, placed(error)]))
}

/**
 * A gateway serves on as in Jina while an executor is away: its calls wait or fail by name, and it is asked for by its name. A
 * shared executor is no better than its process.
 */
function serves(name: string, role: FlowOptions['role'], members: ReadonlyMap<string, Member>): boolean | undefined {
  if (name !== '') return members.get(name)?.deployment.isServing
  return role === 'gateway' || [...members.values()].every(({ deployment }) => deployment.isServing)
}

/** What it says of processes that are not there, or keep ending. */
function failing(members: ReadonlyMap<string, Member>): Record<string, string> {
  const all = [...members.values()].flatMap(({ deployment }) => Object.entries(deployment.failing))
  return Object.fromEntries(all.map(([pod, why]) => [FAILING + pod, why]))
}
