/** The Flow of a gateway alone: its graph and the addresses behind it, as Jina's gateway takes them (Jina facts §5.3, §6.3). */

import { XserveError } from '../errors.ts'
import { isObject } from '../objects.ts'
import { resolveAddress } from '../wire/address.ts'
import { badMetadata } from '../wire/metadata-entry.ts'
import { parseCondition } from './condition.ts'
import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from './defaults.ts'
import { END, START } from './graph-description.ts'
import { ofChannels } from './grpc-options.ts'
import { type Address, type DeploymentPlan, type FlowPlan, GATEWAY, type GatewayPlan, type UsesPlan } from './plan.ts'

/** Objects as they were given; each is checked here. */
export interface GatewayDescription {
  /** Node → those behind it, with `start-gateway` and `end-gateway`. */
  readonly graph: Readonly<Record<string, unknown>>
  /** Node → condition. */
  readonly conditions: Readonly<Record<string, unknown>>
  /**
   * Node → addresses; of an executor with shards, shard → addresses, and `uses_before`, `uses_after` → addresses. A node
   * without any passes everything on.
   */
  readonly addresses: Readonly<Record<string, unknown>>
  /** Node → metadata of each call. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Node → which shards answer: `any`, `all`, or endpoint → one of these. */
  readonly polling: Readonly<Record<string, unknown>>
  /** Nodes that get their branches side by side. */
  readonly noReduce: readonly string[]
  /** Node → what Jina's options do not say of it: `SettingsOf`. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Of one node, each of them optional. */
interface SettingsOf {
  /** Milliseconds for one call. */
  readonly timeout_send?: unknown
  readonly retries?: unknown
  /** Addresses of executors before and behind its shards. */
  readonly uses_before?: unknown
  readonly uses_after?: unknown
  /** Those before it in the order in which they merge. */
  readonly needs?: unknown
}

function refused(option: string, why: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `${option}: ${why}`, { hint })
}

/** Branches merge in the order in which the graph names those before them. Throws XserveError BAD_ARGUMENT. */
export function planGateway(given: GatewayDescription, gateway: Partial<GatewayPlan> = {}): FlowPlan {
  const edges = readGraph(given.graph)
  const names = inOrder(edges)
  for (const key of ['conditions', 'addresses', 'metadata', 'polling'] as const) {
    checkNames(OPTIONS[key], Object.keys(given[key]), names)
  }
  checkNames(OPTIONS.settings, Object.keys(given.settings), [...names, END])
  checkNames(OPTIONS.noReduce, given.noReduce, names)
  const before = neighbours(edges, ([from, to]) => [to, from === START ? GATEWAY : from])
  const needsOf = (name: string) => inOrderOf(name, before.get(name) ?? [], settingsOf(name, given.settings).needs)
  const leading = new Set(edges.map(([from]) => from))
  const apart = new Set(given.noReduce)
  return {
    name: null,
    gateway: { ...DEFAULT_GATEWAY, ...gateway },
    deployments: names.map((name) => ({ ...deploymentOf(name, given), options: ofChannels(gateway.options ?? {}) })),
    graph: {
      nodes: names.map((name) => ({
        name,
        needs: needsOf(name),
        floating: !leading.has(name),
        when: conditionOf(name, given.conditions),
        noReduce: apart.has(name),
      })),
      ends: names.length === 0 ? [GATEWAY] : needsOf(END),
    },
    files: [],
  }
}

const OPTIONS = {
  graph: '--graph-description',
  conditions: '--graph-conditions',
  addresses: '--deployments-addresses',
  metadata: '--deployments-metadata',
  polling: '--deployments-polling',
  noReduce: '--deployments-disable-reduce',
  settings: '--deployments-settings',
} as const

type Edge = readonly [from: string, to: string]

function readGraph(graph: Readonly<Record<string, unknown>>): Edge[] {
  const edges = Object.entries(graph).flatMap(([from, followers]) => {
    if (!Array.isArray(followers) || !followers.every((one) => typeof one === 'string')) {
      throw refused(
        OPTIONS.graph,
        `behind ${from} stands ${JSON.stringify(followers)} instead of a list of names`,
        'for example {"start-gateway": ["a"], "a": ["end-gateway"]}',
      )
    }
    if (from === END) throw refused(OPTIONS.graph, `nothing can stand behind ${END}`)
    return followers.map((to: string): Edge => [from, to])
  })
  const into = edges.find(([, to]) => to === START)
  if (into) throw refused(OPTIONS.graph, `${into[0]} leads back to ${START}`)
  if (edges.length > 0 && !edges.some(([, to]) => to === END)) {
    throw refused(OPTIONS.graph, `nothing leads to ${END}`, 'the last node of the graph is followed by end-gateway')
  }
  return edges
}

/** For each name those that `of` an edge says of it. */
function neighbours(edges: readonly Edge[], of: (edge: Edge) => Edge): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const edge of edges) {
    const [name, other] = of(edge)
    const others = found.get(name)
    if (others) others.push(other)
    else found.set(name, [other])
  }
  return found
}

/** Each behind those that it needs, as early as can be, else as they are named. */
function inOrder(edges: readonly Edge[]): string[] {
  const names = [...new Set(edges.flat())].filter((name) => name !== START && name !== END)
  const rank = new Map(names.map((name, index) => [name, index]))
  const followers = neighbours(edges, (edge) => edge)
  /** How many of those before it have not had their turn. */
  const waiting = new Map(names.map((name) => [name, 0]))
  for (const [from, to] of edges) if (from !== START && to !== END) waiting.set(to, waiting.get(to)! + 1)
  const order: string[] = []
  for (let turn = names.filter((name) => waiting.get(name) === 0); turn.length > 0; ) {
    order.push(...turn)
    const next: string[] = []
    for (const follower of turn.flatMap((name) => followers.get(name) ?? [])) {
      const left = (waiting.get(follower) ?? 0) - 1
      waiting.set(follower, left)
      if (left === 0) next.push(follower)
    }
    turn = next.sort((a, b) => rank.get(a)! - rank.get(b)!)
  }
  if (order.length < names.length) {
    const placed = new Set(order)
    const rest = names.filter((name) => !placed.has(name))
    throw refused(OPTIONS.graph, `${rest.join(', ')} wait for each other`)
  }
  const reached = new Set(edges.map(([, to]) => to))
  const unreached = order.find((name) => !reached.has(name))
  if (unreached !== undefined)
    throw refused(OPTIONS.graph, `nothing leads to ${unreached}`, `${START} leads to the first`)
  return order
}

function checkNames(option: string, given: readonly string[], names: readonly string[]): void {
  const known = new Set(names)
  const unknown = given.find((name) => !known.has(name))
  if (unknown === undefined) return
  throw refused(
    option,
    `${JSON.stringify(unknown)} is not in the graph`,
    names.length === 0 ? `${OPTIONS.graph} is missing` : `the graph has ${names.join(', ')}`,
  )
}

function conditionOf(name: string, conditions: Readonly<Record<string, unknown>>) {
  const when = conditions[name]
  if (when === undefined) return null
  if (!isObject(when)) throw refused(OPTIONS.conditions, `the condition of ${name} is no object`)
  parseCondition(when)
  return when
}

function deploymentOf(name: string, given: GatewayDescription): DeploymentPlan {
  const settings = settingsOf(name, given.settings)
  const { shards, ...around } = readAddresses(name, given.addresses[name])
  const before = settings.uses_before === undefined ? around.before : readGroup(name, settings.uses_before)
  const after = settings.uses_after === undefined ? around.after : readGroup(name, settings.uses_after)
  const addresses = shards.flatMap((group, shard) =>
    group.map((address) => (shards.length > 1 ? { ...address, shard } : address)),
  )
  const external = (group: readonly Address[] | null): UsesPlan | null =>
    group === null ? null : { kind: 'external', addresses: group }
  return {
    ...DEFAULT_DEPLOYMENT,
    name,
    uses: addresses.length === 0 ? { kind: 'pass' } : { kind: 'external', addresses },
    usesBefore: external(before),
    usesAfter: external(after),
    shards: Math.max(1, shards.length),
    replicas: Math.max(1, shards[0]?.length ?? 1),
    polling: pollingOf(name, given.polling[name]),
    grpcMetadata: metadataOf(name, given.metadata[name]),
    timeoutSendMs: wholeNumber(name, 'timeout_send', settings.timeout_send, -1) ?? null,
    retries: wholeNumber(name, 'retries', settings.retries, -1) ?? DEFAULT_DEPLOYMENT.retries,
  }
}

interface Groups {
  readonly shards: readonly (readonly Address[])[]
  readonly before: readonly Address[] | null
  readonly after: readonly Address[] | null
}

function readAddresses(name: string, value: unknown): Groups {
  if (value === undefined) return { shards: [], before: null, after: null }
  if (!isObject(value)) return { shards: [readGroup(name, value)], before: null, after: null }
  const { uses_before: before, uses_after: after, ...shards } = value
  const numbers = Object.keys(shards).map(Number)
  if (numbers.length === 0 || numbers.some((number, index) => number !== index)) {
    throw refused(
      OPTIONS.addresses,
      `the shards of ${name} are called ${Object.keys(shards).join(', ') || 'nothing'}`,
      'they are numbered from 0: {"0": ["host:8080"], "1": ["host:8081"]}',
    )
  }
  const optional = (group: unknown) => (group === undefined ? null : readGroup(name, group))
  return {
    shards: Object.values(shards).map((group) => readGroup(name, group)),
    before: optional(before),
    after: optional(after),
  }
}

function readGroup(name: string, value: unknown): readonly Address[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value]
  if (texts.length === 0) throw refused(OPTIONS.addresses, `${name} has no address`)
  return texts.map((text) => {
    if (typeof text !== 'string') throw refused(OPTIONS.addresses, `an address of ${name} is ${JSON.stringify(text)}`)
    try {
      const { host, port, tls } = resolveAddress({ host: text })
      return { host, port, tls }
    } catch (error) {
      if (!(error instanceof XserveError)) throw error
      throw refused(OPTIONS.addresses, `${name}: ${error.message}`, error.details.hint)
    }
  })
}

function pollingOf(name: string, value: unknown): DeploymentPlan['polling'] {
  const word = (one: unknown): 'any' | 'all' => {
    const text = typeof one === 'string' ? one.toLowerCase() : ''
    if (text === 'any' || text === 'all') return text
    throw refused(OPTIONS.polling, `${name} has ${JSON.stringify(one)} instead of any or all`)
  }
  if (value === undefined) return DEFAULT_DEPLOYMENT.polling
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([endpoint, one]) => [endpoint, word(one)]))
    : word(value)
}

function metadataOf(name: string, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (!isObject(value)) throw refused(OPTIONS.metadata, `the metadata of ${name} is no object`)
  const entries = Object.entries(value).map(([key, one]) => [key, String(one)] as const)
  for (const [key, text] of entries) {
    const why = badMetadata(key, text)
    if (why !== null) throw refused(OPTIONS.metadata, `${JSON.stringify(key)} of ${name} ${why}`)
  }
  return Object.fromEntries(entries)
}

function settingsOf(name: string, settings: Readonly<Record<string, unknown>>): SettingsOf {
  const own = settings[name] ?? {}
  if (!isObject(own)) throw refused(OPTIONS.settings, `the settings of ${name} are no object`)
  const known: readonly (keyof SettingsOf)[] = ['timeout_send', 'retries', 'uses_before', 'uses_after', 'needs']
  const unknown = Object.keys(own).find((key) => !known.includes(key as keyof SettingsOf))
  if (unknown !== undefined) throw refused(OPTIONS.settings, `${name} has ${unknown}`, `known are ${known.join(', ')}`)
  return own
}

function wholeNumber(name: string, key: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && (value as number) >= least) return value as number
  throw refused(OPTIONS.settings, `${key} of ${name} is ${JSON.stringify(value)} instead of a number from ${least}`)
}

/** `order` has the same names as `needs`. */
function inOrderOf(name: string, needs: readonly string[], order: unknown): readonly string[] {
  if (order === undefined) return needs
  if (Array.isArray(order) && order.length === needs.length && needs.every((one) => order.includes(one))) return order
  throw refused(OPTIONS.settings, `needs of ${name} are ${JSON.stringify(order)}, and in the graph ${needs.join(', ')}`)
}
