/** A Flow as a picture's boxes and arrows, before any form of drawing. */
import { type DeploymentPlan, type FlowPlan, GATEWAY, type NodePlan, type UsesPlan } from '../../plan/plan.ts'

export interface ChartNode {
  readonly id: string
  /** The first is its name. */
  readonly lines: readonly string[]
  readonly kind: 'gateway' | 'executor' | 'elsewhere' | 'passing'
  /** Workers side by side. */
  readonly copies: number
}

export interface ChartEdge {
  readonly from: string
  readonly to: string
  /** Nobody waits at its end. */
  readonly floating: boolean
}

export interface Chart {
  readonly title: string
  readonly nodes: readonly ChartNode[]
  readonly edges: readonly ChartEdge[]
}

/** As Jina's pictures call the two sides of the gateway. */
const START = 'gatewaystart'
const END = 'gatewayend'
/** A line that is longer is cut. */
const LONGEST = 40

export function chartOf(plan: FlowPlan): Chart {
  const { gateway, deployments, graph } = plan
  // Names may be anything: numbers keep those of executors and of the gateway's two sides apart.
  const ids = new Map([[GATEWAY, START], ...graph.nodes.map(({ name }, index) => [name, `e${index}`] as const)])
  const idOf = (name: string): string => ids.get(name)!
  const listeners = gateway.listeners.map(({ protocol, port }) => (port === 0 ? protocol : `${protocol} :${port}`))
  return {
    title: plan.name ?? 'Flow',
    nodes: [
      { id: START, lines: [GATEWAY, ...listeners], kind: 'gateway', copies: 1 },
      ...graph.nodes.map((node) => nodeOf(node, deployments.find(({ name }) => name === node.name)!, idOf(node.name))),
      { id: END, lines: ['answer'], kind: 'gateway', copies: 1 },
    ],
    edges: [
      ...graph.nodes.flatMap(({ name, needs, floating }) =>
        needs.map((need) => ({ from: idOf(need), to: idOf(name), floating })),
      ),
      ...graph.ends.map((name) => ({ from: idOf(name), to: END, floating: false })),
    ],
  }
}

function nodeOf({ name, when, noReduce, floating }: NodePlan, plan: DeploymentPlan, id: string): ChartNode {
  const { uses, shards, replicas } = plan
  const parts = [...(shards > 1 ? [`${shards} shards`] : []), ...(replicas > 1 ? [`${replicas} replicas`] : [])]
  const around = [plan.usesBefore ? 'before' : '', plan.usesAfter ? 'after' : ''].filter((word) => word !== '')
  const lines = [
    name,
    sourceOf(uses),
    parts.join(' × '),
    shards > 1 && around.length > 0 ? `executors ${around.join(' and ')}` : '',
    when === null ? '' : `when ${JSON.stringify(when)}`,
    noReduce ? 'branches side by side' : '',
    floating ? 'floating' : '',
  ]
  return {
    id,
    lines: lines.filter((line) => line !== '').map(cut),
    kind: uses.kind === 'pass' ? 'passing' : uses.kind === 'external' ? 'elsewhere' : 'executor',
    copies: uses.kind === 'external' ? 1 : shards * replicas,
  }
}

function sourceOf(uses: UsesPlan): string {
  switch (uses.kind) {
    case 'pass':
      return ''
    case 'image':
      return uses.image
    case 'external':
      return uses.addresses.map(({ host, port }) => `${host}:${port}`).join(', ')
    case 'module': {
      const file = uses.modules[0]?.split('/').at(-1) ?? ''
      return uses.className === null ? file : `${file}#${uses.className}`
    }
  }
}

const cut = (line: string): string => (line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line)
