/** Who waits for whom, from what each executor says that it needs (Jina facts §5.3). */
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { parseCondition } from './condition.ts'
import { GATEWAY, type GraphPlan, type NodePlan } from './plan.ts'

export interface GraphNode {
  readonly name: string
  /** Left out or empty: the one before that does not float. */
  readonly needs?: readonly string[]
  /** It waits for all that nobody waits for yet. */
  readonly needsAll?: boolean
  readonly floating: boolean
  readonly when: Readonly<Record<string, unknown>> | null
  readonly noReduce: boolean
}

const bad = (where: string, message: string, hint?: string): XserveError =>
  new XserveError('BAD_ARGUMENT', message, { where, ...(hint === undefined ? {} : { hint }) })

/**
 * The last one that does not float is the answer; what nobody waits for besides is as good as floating. Throws XserveError
 * BAD_ARGUMENT: no nodes, names that cannot be or are there twice, unknown needs, cycles, conditions that are none.
 */
export function planGraph(given: readonly GraphNode[]): GraphPlan {
  if (given.length === 0) throw bad('executors', 'the Flow has no executors', 'add one: new Flow().add({ uses: … })')
  checkNames(given.map(({ name }) => name))
  const nodes: NodePlan[] = []
  let last = GATEWAY
  for (const node of given) {
    const needs = node.needsAll ? hanging(nodes) : [...new Set(node.needs ?? [])]
    if (node.when) parseCondition(node.when)
    const { name, floating, when, noReduce } = node
    nodes.push({ name, needs: needs.length > 0 ? needs : [last], floating, when, noReduce })
    // A floating one is not what comes next: the chain goes on behind the one before it.
    if (!isAside(nodes, name)) last = name
  }
  checkNeeds(nodes)
  return { nodes: inOrder(nodes), ends: [last] }
}

/** Floats, or hangs on one that does. */
function isAside(nodes: readonly NodePlan[], name: string, seen: ReadonlySet<string> = new Set()): boolean {
  const node = nodes.find((one) => one.name === name)
  if (node === undefined || seen.has(name)) return false
  if (node.floating) return true
  return node.needs.length > 0 && node.needs.every((need) => isAside(nodes, need, new Set([...seen, name])))
}

function hanging(nodes: readonly NodePlan[]): string[] {
  const needed = new Set(nodes.flatMap(({ needs }) => needs))
  return nodes.filter(({ name }) => !needed.has(name) && !isAside(nodes, name)).map(({ name }) => name)
}

function checkNames(names: readonly string[]): void {
  names.forEach((name, index) => {
    if (name === GATEWAY) throw bad(name, `${GATEWAY} is the name of the request itself, an executor has another one`)
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      throw bad(name, `${JSON.stringify(name)} cannot name an executor`, 'letters, digits, _ and -, no digit first')
    }
    if (names.indexOf(name) !== index) throw bad(name, `two executors are called ${name}`, 'give each its own name')
  })
}

function checkNeeds(nodes: readonly NodePlan[]): void {
  const names = nodes.map(({ name }) => name)
  for (const { name, needs } of nodes) {
    const unknown = needs.find((need) => need !== GATEWAY && !names.includes(need))
    if (unknown === undefined) continue
    const guess = nearest(unknown, [...names, GATEWAY])
    throw bad(
      name,
      `${name} needs ${unknown}, but no executor has that name`,
      guess === undefined ? `there are ${names.join(', ')}` : `did you mean ${guess}?`,
    )
  }
}

function inOrder(nodes: readonly NodePlan[]): NodePlan[] {
  const order: NodePlan[] = []
  const placed = new Set<string>([GATEWAY])
  while (order.length < nodes.length) {
    const next = nodes.filter(({ name, needs }) => !placed.has(name) && needs.every((need) => placed.has(need)))
    if (next.length === 0) {
      const circle = findCircle(nodes.filter(({ name }) => !placed.has(name)))
      throw bad(circle[0]!, `executors wait for each other: ${circle.join(' needs ')}`)
    }
    for (const node of next) placed.add(node.name)
    order.push(...next)
  }
  return order
}

/** Each name needs the one behind it; the first is the last. `nodes` all wait for one another. */
function findCircle(nodes: readonly NodePlan[]): string[] {
  const way: string[] = []
  let at = nodes[0]!.name
  while (!way.includes(at)) {
    way.push(at)
    at = nodes.find(({ name }) => name === at)!.needs.find((need) => nodes.some(({ name }) => name === need))!
  }
  return [...way.slice(way.indexOf(at)), at]
}
