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

/** Told of each fault: which of the nodes (null: all of them), which of its keys. */
export interface GraphReport {
  fault(index: number | null, key: 'name' | 'needs' | 'when', message: string, hint?: string): void
  warning(index: number, key: 'needs', message: string): void
}

/**
 * The last one that does not float is the answer; what nobody waits for besides is as good as floating. Faults: no nodes,
 * names that cannot be or are there twice, unknown needs, cycles, conditions that are none. With any, the graph is not to be used.
 */
export function planGraph(given: readonly GraphNode[], report: GraphReport): GraphPlan {
  if (given.length === 0) {
    report.fault(null, 'name', 'the Flow has no executors', 'one at least: { uses: my_executor.ts }')
    return { nodes: [], ends: [GATEWAY] }
  }
  const areNamed = checkNames(given, report)
  checkConditions(given, report)
  const nodes: NodePlan[] = []
  const aside = createAside()
  let last = GATEWAY
  for (const node of given) {
    const needs = node.needsAll ? hanging(nodes, aside.has) : [...new Set(node.needs ?? [])]
    const { name, floating, when, noReduce } = node
    const planned = { name, needs: needs.length > 0 ? needs : [last], floating, when, noReduce }
    nodes.push(planned)
    aside.add(planned)
    // A floating one is not what comes next: the chain goes on behind the one before it.
    if (!aside.has(name)) last = name
  }
  checkNeeds(nodes, report)
  return { nodes: areNamed ? inOrder(nodes, report) : nodes, ends: [last] }
}

/** Tells of a node among those so far whether it floats, or hangs on such alone. What is known is kept: Flows may be long. */
function createAside(): { add(node: NodePlan): void; has(name: string): boolean } {
  const nodes = new Map<string, NodePlan>()
  const known = new Map<string, boolean>()
  const has = (name: string): boolean => {
    const found = known.get(name)
    if (found !== undefined) return found
    const node = nodes.get(name)
    // In a circle it is asked again before it is known.
    known.set(name, false)
    const isAside = node !== undefined && (node.floating || (node.needs.length > 0 && node.needs.every(has)))
    known.set(name, isAside)
    return isAside
  }
  return {
    add(node) {
      // Somebody has named it before it was there: what follows from that is found out again.
      if (known.has(node.name)) known.clear()
      if (!nodes.has(node.name)) nodes.set(node.name, node)
    },
    has,
  }
}

function hanging(nodes: readonly NodePlan[], isAside: (name: string) => boolean): string[] {
  const needed = new Set(nodes.flatMap(({ needs }) => needs))
  return nodes.filter(({ name }) => !needed.has(name) && !isAside(name)).map(({ name }) => name)
}

/** Whether each has a name of its own. */
function checkNames(nodes: readonly GraphNode[], report: GraphReport): boolean {
  const names = nodes.map(({ name }) => name)
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    if (name === GATEWAY) {
      report.fault(index, 'name', `${GATEWAY} is the name of the request itself, an executor has another one`)
    } else if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      const hint = 'letters, digits, _ and -, no digit first'
      report.fault(index, 'name', `${JSON.stringify(name)} cannot name an executor`, hint)
    } else if (first !== index) {
      const message = `two executors are called ${name}: number ${first + 1} and number ${index + 1}`
      report.fault(index, 'name', message, 'give each its own name')
    }
  })
  return new Set([...names, GATEWAY]).size === names.length + 1
}

function checkConditions(nodes: readonly GraphNode[], report: GraphReport): void {
  for (const [index, { when }] of nodes.entries()) {
    if (when === null) continue
    try {
      parseCondition(when)
    } catch (error) {
      if (!(error instanceof XserveError)) throw error
      report.fault(index, 'when', error.message.replace(/^when: /, ''), error.details.hint)
    }
  }
}

function checkNeeds(nodes: readonly NodePlan[], report: GraphReport): void {
  const names = nodes.map(({ name }) => name)
  for (const [index, { name, needs }] of nodes.entries()) {
    for (const need of needs) {
      if (nodes.find((one) => one.name === need)?.floating && !nodes[index]!.floating)
        report.warning(
          index,
          'needs',
          `${name} needs ${need}, which floats: ${name} gets its documents, and waits for it`,
        )
      if (need === GATEWAY || names.includes(need)) continue
      const others = [...new Set([...names.filter((one) => one !== name), GATEWAY])]
      const guess = nearest(need, others)
      const hint = guess === undefined ? `there are ${others.join(', ')}` : `did you mean ${guess}?`
      report.fault(index, 'needs', `${name} needs ${need}, but no executor has that name`, hint)
    }
  }
}

/** Whom nobody knows has been told of already; a circle is told of, and what stands behind it looked at all the same. */
function inOrder(nodes: readonly NodePlan[], report: GraphReport): NodePlan[] {
  const order: NodePlan[] = []
  const names = new Set(nodes.map(({ name }) => name))
  const placed = new Set<string>([GATEWAY])
  const isMet = (need: string): boolean => placed.has(need) || !names.has(need)
  while (order.length < nodes.length) {
    let next = nodes.filter(({ name, needs }) => !placed.has(name) && needs.every(isMet))
    if (next.length === 0) {
      const circle = findCircle(nodes.filter(({ name }) => !placed.has(name)))
      const index = nodes.findIndex(({ name }) => name === circle[0])
      report.fault(index, 'needs', `executors wait for each other: ${circle.join(' needs ')}`)
      next = nodes.filter(({ name }) => circle.includes(name))
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
