/** The graph as the router walks it: stages by number, who waits for whom, what is awaited. Made once for a Flow. */
import { XserveError } from '../errors.ts'
import { type Condition, parseCondition } from '../plan/condition.ts'
import { GATEWAY, type GraphPlan, type NodePlan } from '../plan/plan.ts'
import type { Route } from '../wire/routes.ts'
import type { Node } from './node.ts'

/** Number of the request itself among the needs of a stage. */
export const REQUEST = -1

export interface Stage {
  readonly index: number
  readonly name: string
  /** null: passes everything on. */
  readonly node: Node | null
  /** Numbers of stages, or REQUEST; in the order of the definition. */
  readonly needs: readonly number[]
  /** How many stages it waits for. */
  readonly waits: number
  /** Stages that wait for this one. */
  readonly followers: readonly number[]
  /** Whether the answer waits for it. */
  readonly awaited: boolean
  readonly condition: Condition | null
  readonly noReduce: boolean
  /** What stands in a request as the way that it has come, behind this stage. */
  readonly trail: readonly Route[]
}

export interface Graph {
  readonly stages: readonly Stage[]
  /** Stages that need nothing but the request. */
  readonly starts: readonly number[]
  /** Numbers of stages, or REQUEST. */
  readonly ends: readonly number[]
  /** A condition anywhere: then the answer has the order of the request. */
  readonly ordered: boolean
  /** The numbers from which on each stage has the one before as its only need, up to the only end: what can stream. */
  readonly tail: readonly number[]
}

/** Throws XserveError INTERNAL for a graph that names what is not there, BAD_ARGUMENT for a condition that is none. */
export function compileGraph(plan: GraphPlan, nodes: ReadonlyMap<string, Node>): Graph {
  const numbers = new Map(plan.nodes.map((node, index) => [node.name, index]))
  const numberOf = (name: string): number => {
    if (name === GATEWAY) return REQUEST
    const number = numbers.get(name)
    if (number === undefined) throw new XserveError('INTERNAL', `the graph has no node ${JSON.stringify(name)}`)
    return number
  }
  const needs = plan.nodes.map((node) => node.needs.map(numberOf))
  const ends = plan.ends.map(numberOf)
  const awaited = ancestors(ends, needs)
  const stages = plan.nodes.map((node, index) => stageOf(node, index, needs, awaited, nodes.get(node.name) ?? null))
  return {
    stages,
    starts: stages.filter((stage) => stage.needs.every((need) => need === REQUEST)).map((stage) => stage.index),
    ends,
    ordered: stages.some((stage) => stage.condition !== null),
    tail: tailOf(stages, ends),
  }
}

function stageOf(
  plan: NodePlan,
  index: number,
  needs: readonly (readonly number[])[],
  awaited: ReadonlySet<number>,
  node: Node | null,
): Stage {
  return {
    index,
    name: plan.name,
    node,
    needs: needs[index]!,
    waits: new Set(needs[index]!.filter((need) => need !== REQUEST)).size,
    followers: [...needs.keys()].filter((other) => needs[other]!.includes(index)),
    awaited: awaited.has(index),
    condition: plan.when === null ? null : parseCondition(plan.when),
    noReduce: plan.noReduce,
    trail: [{ executor: plan.name, startMs: 0, endMs: 0, status: null }],
  }
}

/** Whatever leads to an end is waited for, even if it is called floating; nothing else is. */
function ancestors(ends: readonly number[], needs: readonly (readonly number[])[]): Set<number> {
  const found = new Set<number>()
  const open = ends.filter((end) => end !== REQUEST)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue
    found.add(next)
    open.push(...needs[next]!.filter((need) => need !== REQUEST))
  }
  return found
}

function tailOf(stages: readonly Stage[], ends: readonly number[]): number[] {
  const tail: number[] = []
  let at = ends.length === 1 ? ends[0]! : REQUEST
  while (at !== REQUEST) {
    const stage: Stage = stages[at]!
    if (tail.length > 0 && stage.followers.filter((one) => stages[one]!.awaited).length > 1) break
    tail.unshift(at)
    if (stage.needs.length !== 1) break
    at = stage.needs[0]!
  }
  return tail
}
