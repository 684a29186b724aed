/** Random graphs against a plain interpreter that walks them one node after the other. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeData } from '../../lib/document/data-content.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { nodePlan, requestOf, type Seen, type Step, told, traceNode } from './trace.ts'

interface Made {
  readonly name: string
  readonly needs: readonly string[]
  readonly when: number | null
  readonly noReduce: boolean
  readonly kind: 'append' | 'add' | 'nothing' | 'skipped' | 'pass' | 'fails'
  /** Turns of the event loop that it takes. */
  readonly turns: number
}

/** Up to eight nodes; each needs some of those before it, in any order. */
const graphs = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, index) => {
      const before = ['gateway', ...Array.from({ length: index }, (_, i) => `n${i}`)]
      return fc.record({
        name: fc.constant(`n${index}`),
        needs: fc.shuffledSubarray(before, { minLength: 1 }),
        when: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 3 }),
        noReduce: fc.boolean(),
        kind: fc.constantFrom<Made['kind'][]>(
          'append',
          'append',
          'append',
          'add',
          'nothing',
          'skipped',
          'pass',
          'fails',
        ),
        turns: fc.nat(3),
      })
    }),
  ),
)

interface Doc {
  readonly id: string
  readonly n: number
  readonly text: string
}

const DOCS: readonly Doc[] = [3, 1, 2].map((n) => ({ id: `d${n}`, n, text: '' }))

const joined = (branches: readonly (readonly Doc[])[]): Doc[] => {
  const out: Doc[] = [...branches[0]!]
  for (const one of branches.slice(1).flat()) {
    // Where one branch has an id twice, the last of them is the one that is filled up.
    const place = out.findLastIndex((other) => other.id === one.id)
    if (place === -1) out.push(one)
    else if (out[place]!.text === '') out[place] = { ...out[place]!, text: one.text }
  }
  return out
}

/** null: a node failed. `called`: who was, with which documents. */
function interpret(nodes: readonly Made[], ends: readonly string[]) {
  const outputs = new Map<string, readonly Doc[] | null>([['gateway', DOCS]])
  const called: [string, string[]][] = []
  for (const { name, needs, when, noReduce, kind } of nodes) {
    const inputs = needs.map((need) => outputs.get(need)!)
    if (inputs.includes(null as never)) {
      outputs.set(name, null)
      continue
    }
    if (kind === 'skipped') {
      outputs.set(name, joined(inputs))
      continue
    }
    const keep = (docs: readonly Doc[]) => docs.filter((doc) => when === null || (doc.n !== 0 && doc.n <= when))
    const docs = noReduce && inputs.length > 1 ? inputs.flatMap(keep) : keep(joined(inputs))
    if (kind !== 'pass') called.push([name, docs.map((doc) => `${doc.id}${doc.text}`)])
    if (kind === 'append')
      outputs.set(
        name,
        docs.map((doc) => ({ ...doc, text: `${doc.text}>${name}` })),
      )
    else if (kind === 'add') outputs.set(name, [...docs, { id: `x${name}`, n: 0, text: name }])
    else outputs.set(name, kind === 'fails' ? null : docs)
  }
  const results = ends.map((end) => outputs.get(end)!)
  if (results.includes(null as never)) return { docs: null, called }
  const docs = results.length === 1 ? results[0]! : joined(results)
  const place = (doc: Doc) => {
    const found = DOCS.findIndex((one) => one.id === doc.id)
    return found === -1 ? DOCS.length : found
  }
  const ordered = nodes.some((node) => node.when !== null)
  const sorted = ordered ? [...docs].sort((a, b) => place(a) - place(b)) : docs
  return { docs: sorted.map((doc) => `${doc.id}${doc.text}`), called }
}

/** `isEnd`: of the nodes behind which nobody stands, those that the answer is made of; the others float. */
function build(
  nodes: readonly Made[],
  seen: Seen[],
  isEnd: (index: number) => boolean,
): { graph: GraphPlan; handlers: Map<string, Node> } {
  const needed = new Set(nodes.flatMap((node) => node.needs))
  const last = nodes.map((node) => node.name).filter((name) => !needed.has(name))
  const chosen = last.filter((_, index) => isEnd(index))
  const ends = chosen.length > 0 ? chosen : last
  const plans = nodes.map(({ name, needs, when, noReduce }) =>
    nodePlan(name, needs, { noReduce, when: when === null ? null : { tags__n: { $lte: when } } }),
  )
  const handlers = new Map<string, Node>()
  for (const { name, kind, turns } of nodes) {
    if (kind === 'pass') continue
    const steps: Partial<Record<Made['kind'], Step[]>> = {
      append: ['append'],
      add: [{ add: `x${name}` }],
      fails: [{ raise: name }],
    }
    const node = traceNode(name, seen, { steps: steps[kind] ?? [], endpoints: kind === 'skipped' ? ['/other'] : ['/'] })
    const call: Node['call'] = async (request, context) => {
      for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
      return node.call(request, context)
    }
    handlers.set(name, { ...node, call })
  }
  return { graph: { nodes: plans, ends }, handlers }
}

// Public case 58.
test('any graph gives what a plain walk through it gives, however long its nodes take', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), async (nodes, isEnd) => {
      const seen: Seen[] = []
      const { graph, handlers } = build(nodes, seen, (index) => isEnd[index]!)
      const want = interpret(nodes, graph.ends)
      const topology = createTopology(graph, handlers)
      const request = requestOf({ on: '/', docs: DOCS.map(({ id, n }) => ({ id, tags: { n } })) })
      const sent = request.encode().slice()
      const answer = told(await topology.call(request, detachedContext()))
      if (want.docs === null) expect(answer.failure).toBeString()
      else expect(answer.docs.map((doc) => `${doc.id}${doc.text ?? ''}`)).toEqual(want.docs)
      await topology.settled()
      const calls = seen.map((one) => [one.executor, one.docs.map((doc) => `${doc.id}${doc.text ?? ''}`)])
      expect(calls.sort()).toEqual(want.called.sort())
      expect(request.encode()).toEqual(sent)
      expect(decodeData(request.data).length).toBe(DOCS.length)
    }),
    { numRuns: 300 },
  )
})
