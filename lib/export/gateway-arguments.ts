/** What a gateway in a container is told: the graph and its addresses in Jina's words, and what those do not say. */

import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from '../plan/defaults.ts'
import { END, graphDescription, START } from '../plan/graph-description.ts'
import { type DeploymentPlan, type FlowPlan, GATEWAY, type GatewayPlan, type TlsFiles } from '../plan/plan.ts'
import { carriedArguments, shutdownArguments } from './executor-arguments.ts'

/** Where a deployment is reached. */
export interface Reached {
  /** Shard by shard, addresses of equal servers; one group alone is no shard. */
  readonly shards: readonly (readonly string[])[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface GatewayPlace {
  readonly listeners: GatewayPlan['listeners']
  readonly monitoringPort: number | null
  /** Deployment → where it is. */
  readonly reached: ReadonlyMap<string, Reached>
  /** Paths in the container. */
  readonly tls: TlsFiles | null
  /** The image has a gateway of its own, described by its config.yml. */
  readonly isCustom: boolean
}

const NOT_TOLD: ReadonlySet<string> = new Set([
  'replicas',
  'env_from_secret',
  'image_pull_secrets',
  'k8s_namespace',
  'shard_id',
  'entrypoint',
  'resources',
  'node_selector',
  'shutdown_timeout',
  'timeout_ctrl',
  'port_monitoring',
])

export function gatewayArguments(plan: FlowPlan, place: GatewayPlace): string[] {
  const { gateway, deployments, graph } = plan
  const args = ['gateway']
  const add = (name: string, ...words: string[]): void => void args.push(`--${name}`, ...words)
  const addObject = (name: string, value: object): void => {
    if (Object.keys(value).length > 0) add(name, JSON.stringify(value))
  }
  if (place.isCustom) add('uses', 'config.yml')
  add('protocol', ...place.listeners.map(({ protocol }) => protocol.toUpperCase()))
  add('port', ...place.listeners.map(({ port }) => String(port)))
  addObject('uses-with', gateway.usesWith)
  add('graph-description', JSON.stringify(graphDescription(plan)))
  addObject(
    'graph-conditions',
    Object.fromEntries(graph.nodes.flatMap(({ name, when }) => (when ? [[name, when]] : []))),
  )
  add('deployments-addresses', JSON.stringify(addressesOf(deployments, place.reached)))
  addObject(
    'deployments-metadata',
    picked(deployments, ({ grpcMetadata }) => nonEmpty(grpcMetadata)),
  )
  addObject(
    'deployments-polling',
    picked(deployments, ({ shards, polling }) => (shards > 1 ? inCapitals(polling) : undefined)),
  )
  const apart = graph.nodes.filter(({ noReduce }) => noReduce).map(({ name }) => name)
  if (apart.length > 0) add('deployments-no-reduce', JSON.stringify(apart))
  addObject('deployments-settings', settingsOf(plan, place.reached))
  if (gateway.timeoutSendMs !== null) add('timeout-send', String(gateway.timeoutSendMs))
  if (gateway.retries !== DEFAULT_GATEWAY.retries) add('retries', String(gateway.retries))
  if (gateway.prefetch !== DEFAULT_GATEWAY.prefetch) add('prefetch', String(gateway.prefetch))
  args.push(...httpArguments(gateway.http))
  if (place.tls !== null) {
    add('ssl-certfile', place.tls.certificateFile)
    add('ssl-keyfile', place.tls.keyFile)
    if (place.tls.callersFile !== undefined) add('ssl-ca-certs', place.tls.callersFile)
  }
  if (place.monitoringPort !== null) add('port-monitoring', String(place.monitoringPort))
  args.push(...shutdownArguments(gateway.options))
  args.push(...carriedArguments(gateway.options, NOT_TOLD))
  return args
}

function addressesOf(deployments: readonly DeploymentPlan[], reached: ReadonlyMap<string, Reached>) {
  return picked(deployments, ({ name }) => {
    const groups = reached.get(name)?.shards ?? []
    if (groups.length === 0) return undefined
    return groups.length === 1 ? groups[0] : Object.fromEntries(groups.map((group, shard) => [String(shard), group]))
  })
}

/** What Jina tells heads, and gateways not at all. */
function settingsOf(plan: FlowPlan, reached: ReadonlyMap<string, Reached>) {
  const { deployments, gateway } = plan
  const orders = otherOrders(plan)
  const settings: Record<string, unknown> = picked(deployments, ({ name, timeoutSendMs, retries }) => {
    const { before = [], after = [] } = reached.get(name) ?? {}
    return nonEmpty({
      ...(timeoutSendMs === null || timeoutSendMs === (gateway.timeoutSendMs ?? -1)
        ? {}
        : { timeout_send: timeoutSendMs }),
      ...(retries === null || retries === gateway.retries ? {} : { retries }),
      ...(before.length > 0 ? { uses_before: before } : {}),
      ...(after.length > 0 ? { uses_after: after } : {}),
      ...(orders.has(name) ? { needs: orders.get(name) } : {}),
    })
  })
  return orders.has(END) ? { ...settings, [END]: { needs: orders.get(END) } } : settings
}

/** The graph tells branches in the order of its nodes: where they merge in another one, that is said besides. */
function otherOrders(plan: FlowPlan): ReadonlyMap<string, readonly string[]> {
  const told = graphDescription(plan)
  const { nodes, ends } = plan.graph
  const all = [...nodes.map(({ name, needs }) => [name, needs] as const), [END, ends] as const]
  return new Map(
    all.filter(([name, needs]) => {
      const order = Object.keys(told).filter((from) => told[from]!.includes(name))
      return order.some((from, index) => needs[index] !== (from === START ? GATEWAY : from))
    }),
  )
}

function httpArguments(http: GatewayPlan['http']): string[] {
  return [
    ...(http.title === null ? [] : ['--title', http.title]),
    ...(http.description === null ? [] : ['--description', http.description]),
    ...(http.cors ? ['--cors'] : []),
    ...(http.debugEndpoints ? [] : ['--no-debug-endpoints']),
    ...(http.crudEndpoints ? [] : ['--no-crud-endpoints']),
    ...(nonEmpty(http.exposeEndpoints) ? ['--expose-endpoints', JSON.stringify(http.exposeEndpoints)] : []),
  ]
}

/** As Jina writes it. */
function inCapitals(polling: DeploymentPlan['polling']): unknown {
  if (typeof polling === 'string') return polling === DEFAULT_DEPLOYMENT.polling ? undefined : polling.toUpperCase()
  return Object.fromEntries(Object.entries(polling).map(([endpoint, word]) => [endpoint, word.toUpperCase()]))
}

/** By name, without those that have nothing to say. */
function picked(deployments: readonly DeploymentPlan[], pick: (one: DeploymentPlan) => unknown) {
  const all = deployments.map((one) => [one.name, pick(one)] as const)
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}

const nonEmpty = <T extends object>(value: T): T | undefined => (Object.keys(value).length > 0 ? value : undefined)
