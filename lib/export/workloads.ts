/** From a plan to what is deployed of it. Targets differ in ports, addresses and in how replicas come about. */

import { SHUTDOWN_MS } from '../config/table/gateway.ts'
import { XserveError } from '../errors.ts'
import type { DeploymentPlan, FlowPlan, GatewayPlan, TlsFiles, UsesPlan } from '../plan/plan.ts'
import { saidShutdownMs } from '../plan/process-options.ts'
import { urlText } from '../wire/address.ts'
import { envOf, gpusOf, secretsOf, volumesOf } from './container-options.ts'
import { commandOf, executorArguments } from './executor-arguments.ts'
import { gatewayArguments, type Reached } from './gateway-arguments.ts'
import type { Image, Images } from './images.ts'
import { checkUnique, workloadName } from './names.ts'
import type { Workload } from './workload.ts'

export interface Target {
  /** Every executor listens on it, in a network place of its own. */
  readonly executorPort: number
  /** null: no metrics. */
  monitoringPort(options: Readonly<Record<string, unknown>>): number | null
  /** Where a workload is reached: one address for all its replicas, or one for each. */
  addresses(name: string, replicas: number): readonly string[]
  /** Paths in the gateway's container of the certificate and its key. */
  readonly tls: Required<TlsFiles>
}

export interface Deployed {
  /** null: it is left out. */
  readonly gateway: Workload | null
  /** In the order of the Flow, shard by shard. */
  readonly executors: readonly Workload[]
}

/** Where none is asked for: 8080 and those behind it. */
const FIRST_PORT = 8080
/** What images of ours have for it. */
export const WORKSPACE = '/workspace'
/** Jina's, for metrics. */
export const MONITORING_PORT = 9090

/** Throws XserveError BAD_CONFIG, NOT_CONTAINERIZED. */
export function workloadsOf(
  plan: FlowPlan,
  images: Images,
  target: Target,
  options: { readonly includeGateway: boolean; readonly warn: (message: string) => void },
): Deployed {
  const reached = new Map<string, Reached>()
  const executors = plan.deployments.flatMap((one) => {
    const parts = executorParts(one, images, target)
    reached.set(one.name, parts.reached)
    return parts.workloads
  })
  const gateway = options.includeGateway ? gatewayOf(plan, images, target, reached) : null
  if (gateway?.image.kind === 'other') tellOfHeads(plan, options.warn)
  checkUnique([...(gateway ? [gateway] : []), ...executors])
  return { gateway, executors }
}

function executorParts(
  plan: DeploymentPlan,
  images: Images,
  target: Target,
): { readonly workloads: readonly Workload[]; readonly reached: Reached } {
  const { name, uses, usesBefore, usesAfter } = plan
  const image = images.of(uses, name)
  if (uses.kind === 'external' || image === null) return { workloads: [], reached: elsewhere(plan) }
  const isSharded = plan.shards > 1
  const shards = Array.from({ length: plan.shards }, (_, shard) =>
    executorOf(plan, image, target, isSharded ? shard : null),
  )
  const around = (given: UsesPlan | null, place: string): readonly Workload[] => {
    if (given === null || !isSharded) return []
    const own = images.of(given, `${place} of ${name}`)
    return own === null ? [] : [aroundOf(plan, own, target, place)]
  }
  const [before, after] = [around(usesBefore, 'uses-before'), around(usesAfter, 'uses-after')]
  const places = (workload: Workload) => target.addresses(workload.name, workload.replicas)
  return {
    workloads: [...shards, ...before, ...after],
    reached: { shards: shards.map(places), before: before.flatMap(places), after: after.flatMap(places) },
  }
}

function executorOf(plan: DeploymentPlan, image: Image, target: Target, shard: number | null): Workload {
  const { name, options } = plan
  const workspace = image.kind === 'own' ? workspaceInside(plan.workspace) : plan.workspace
  const place = { port: target.executorPort, monitoringPort: target.monitoringPort(options), shard }
  return {
    name: workloadName(name, shard === null ? '' : `-${shard}`),
    deployment: name,
    role: 'executor',
    shard,
    image,
    command: commandOf(image, options),
    args: executorArguments({ ...plan, workspace }, image, place),
    ports: [{ protocol: 'grpc', port: target.executorPort }],
    monitoringPort: place.monitoringPort,
    replicas: plan.replicas,
    env: envOf(name, plan.env),
    secrets: secretsOf(name, options),
    pullSecrets: (options.image_pull_secrets ?? []) as readonly string[],
    gpus: gpusOf(name, options),
    volumes: volumesOf(name, options),
    workspace,
    resources: (options.resources ?? {}) as Workload['resources'],
    nodeSelector: (options.node_selector ?? {}) as Workload['nodeSelector'],
    timeoutReadyMs: plan.timeoutReadyMs,
    shutdownMs: saidShutdownMs(options) ?? SHUTDOWN_MS,
    tls: null,
    stateful: options.stateful === true,
  }
}

/** In images of ours there is one folder for it, of their user; a path of this machine means nothing there. */
const workspaceInside = (given: string | null): string | null => (given === null ? null : WORKSPACE)

/** One container; the arguments of the deployment are for its shards. */
function aroundOf(plan: DeploymentPlan, image: Image, target: Target, place: string): Workload {
  const { monitoring, tracing, metrics, ...others } = plan.options
  const observed = Object.entries(others).filter(([name]) =>
    /^(?:traces|metrics)_exporter_|^image_pull_secrets$/.test(name),
  )
  const own: DeploymentPlan = {
    ...plan,
    shards: 1,
    replicas: 1,
    usesWith: {},
    usesMetas: {},
    usesRequests: {},
    dynamicBatching: {},
    options: { ...defined({ monitoring, tracing, metrics }), ...Object.fromEntries(observed) },
  }
  return { ...executorOf(own, image, target, null), name: workloadName(plan.name, `-${place}`) }
}

const defined = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** As it is written: it runs there already. */
function elsewhere({ uses }: DeploymentPlan): Reached {
  const groups: string[][] = []
  for (const { shard = 0, ...address } of uses.kind === 'external' ? uses.addresses : []) {
    groups[shard] = [...(groups[shard] ?? []), urlText({ protocol: 'grpc', ...address })]
  }
  return { shards: groups, before: [], after: [] }
}

function gatewayOf(plan: FlowPlan, images: Images, target: Target, reached: Map<string, Reached>): Workload {
  const { gateway } = plan
  const { options } = gateway
  const custom = gateway.uses === null ? null : images.of(gateway.uses, 'gateway')
  const image = custom ?? images.program
  const listeners = withPorts(gateway.listeners)
  const monitoringPort = target.monitoringPort(options)
  const clash = listeners.find(({ port }) => port === monitoringPort)
  if (clash) {
    throw new XserveError('BAD_CONFIG', `port ${clash.port} of ${clash.protocol} is that of the metrics, too`, {
      where: 'gateway',
      hint: 'give one of them another port',
    })
  }
  return {
    name: 'gateway',
    deployment: 'gateway',
    role: 'gateway',
    shard: null,
    image,
    command: commandOf(image, options),
    args: gatewayArguments(plan, {
      listeners,
      monitoringPort,
      reached,
      tls: gateway.tls === null ? null : inContainer(target.tls, gateway.tls),
      isCustom: custom !== null && custom.kind !== 'program',
    }),
    ports: listeners,
    monitoringPort,
    replicas: (options.replicas as number | undefined) ?? 1,
    env: envOf('gateway', gateway.env),
    secrets: secretsOf('gateway', options),
    pullSecrets: (options.image_pull_secrets ?? []) as readonly string[],
    gpus: null,
    volumes: [],
    workspace: null,
    resources: (options.resources ?? {}) as Workload['resources'],
    nodeSelector: (options.node_selector ?? {}) as Workload['nodeSelector'],
    timeoutReadyMs: Math.max(...plan.deployments.map(({ timeoutReadyMs }) => timeoutReadyMs), 0),
    shutdownMs: saidShutdownMs(options) ?? SHUTDOWN_MS,
    tls: gateway.tls,
    stateful: false,
  }
}

/** Who has shards in Jina has a head before them, which this program does without. */
function tellOfHeads({ deployments }: FlowPlan, warn: (message: string) => void): void {
  const sharded = deployments.filter(({ shards }) => shards > 1).map(({ name }) => name)
  if (sharded.length > 0)
    warn(`the gateway's own image must know shards by their addresses, which Jina's does not: ${sharded.join(', ')}`)
}

/** Free ports are none in a container: whoever calls must know them. */
function withPorts(listeners: GatewayPlan['listeners']): GatewayPlan['listeners'] {
  const taken = new Set(listeners.map(({ port }) => port))
  let next = FIRST_PORT
  return listeners.map(({ protocol, port }) => {
    if (port !== 0) return { protocol, port }
    while (taken.has(next)) next++
    taken.add(next)
    return { protocol, port: next }
  })
}

/** The paths there of those files that there are here. */
function inContainer({ certificateFile, keyFile, callersFile }: Required<TlsFiles>, here: TlsFiles): TlsFiles {
  return { certificateFile, keyFile, ...(here.callersFile === undefined ? {} : { callersFile }) }
}
