/** What a picture of a Flow shows, however it is drawn: nodes with what is told of each, and the ways of documents. */

import path from 'node:path'
import { type DeploymentPlan, type FlowPlan, GATEWAY, type GatewayPlan, type UsesPlan } from '../../plan/plan.ts'
import { addressText } from '../../wire/address.ts'
import { conditionText } from './condition-text.ts'

/** The two sides of the gateway. No executor has such a name: `gateway` is taken, and a slash is in none. */
export const START = GATEWAY
export const END = `${GATEWAY}/end`

export type NodeKind =
  | 'gateway'
  /** A class of a module. */
  | 'executor'
  | 'image'
  /** Runs elsewhere. */
  | 'external'
  /** Passes everything on, and joins branches where several come. */
  | 'pass'

export interface PictureNode {
  /** The executor's name, or START or END. */
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  /** Where its class comes from: `Encoder · exec.ts`, an image's name, an address; protocols of START; null = nothing. */
  readonly uses: string | null
  /** Run before and after its shards. */
  readonly before: string | null
  readonly after: string | null
  readonly shards: number
  readonly replicas: number
  readonly floating: boolean
  /** What a document must be to come in; null = any does. */
  readonly when: string | null
}

export interface PictureEdge {
  readonly from: string
  readonly to: string
  /** Nobody waits for what goes this way. */
  readonly floating: boolean
}

export interface Picture {
  /** The Flow's name. */
  readonly title: string | null
  /** START first, END last, between them each behind those that it needs. */
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
}

export function pictureOf({ name: title, graph, deployments, gateway: front }: FlowPlan): Picture {
  const byName = new Map(deployments.map((deployment) => [deployment.name, deployment]))
  const nodes = graph.nodes.map(({ name, floating, when }): PictureNode => {
    const described = describe(byName.get(name)!)
    return { ...described, floating, when: when === null ? null : conditionText(when) }
  })
  const edges = graph.nodes.flatMap(({ name, needs, floating }) =>
    [...new Set(needs)].map((need): PictureEdge => ({ from: need, to: name, floating })),
  )
  const answers = [...new Set(graph.ends)].map((from): PictureEdge => ({ from, to: END, floating: false }))
  return {
    title,
    nodes: [gateway(START, protocolsOf(front)), ...nodes, gateway(END, null)],
    edges: [...edges, ...answers],
  }
}

const protocolsOf = ({ listeners }: GatewayPlan): string =>
  [...new Set(listeners.map(({ protocol }) => protocol))].join(', ')

const gateway = (id: string, uses: string | null): PictureNode => ({
  id,
  kind: 'gateway',
  name: GATEWAY,
  uses,
  before: null,
  after: null,
  shards: 1,
  replicas: 1,
  floating: false,
  when: null,
})

const KINDS = { module: 'executor', image: 'image', external: 'external', pass: 'pass' } as const

function describe(deployment: DeploymentPlan): Omit<PictureNode, 'floating' | 'when'> {
  const { name, uses, usesBefore, usesAfter, shards, replicas } = deployment
  const elsewhere = uses.kind === 'external' ? uses.addresses : []
  return {
    id: name,
    kind: KINDS[uses.kind],
    name,
    uses: usesText(uses),
    before: usesBefore === null ? null : (usesText(usesBefore) ?? 'before'),
    after: usesAfter === null ? null : (usesText(usesAfter) ?? 'after'),
    shards: elsewhere.length > 0 ? new Set(elsewhere.map(({ shard = 0 }) => shard)).size : shards,
    // What runs elsewhere is told by its addresses.
    replicas: elsewhere.length > 0 ? 1 : replicas,
  }
}

/** Folders are left out: a picture is the same on every machine. */
function usesText(uses: UsesPlan): string | null {
  switch (uses.kind) {
    case 'module': {
      const source = uses.config ?? uses.modules[0]
      // An export knows classes that are nowhere to be found by their names.
      if (source === undefined) return uses.className
      const file = path.basename(source)
      return uses.className === null ? file : `${uses.className} · ${file}`
    }
    case 'image':
      return uses.image
    case 'external': {
      const [first, ...others] = uses.addresses
      if (first === undefined) return null
      return `${addressText(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`
    }
    case 'pass':
      return null
  }
}
