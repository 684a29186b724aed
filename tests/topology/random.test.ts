/** Random graphs against a plain interpreter that walks them one node after the other. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { pollAll } from '../../lib/deployment/poll-all.ts'
import { decodeData } from '../../lib/document/data-content.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { type Doc, interpret, type Kind, type Made, SHARDS, shown } from './interpreter.ts'
import { nodePlan, requestOf, type Seen, type Step, told, traceNode } from './trace.ts'

const KINDS: readonly Kind[] = [
  ...([
    'append',
    'append',
    'append',
    'add',
    'nothing',
    'tells',
    'skipped',
    'pass',
    'fails',
    'shards',
    'partial',
  ] as const),
]

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
        kind: fc.constantFrom(...KINDS),
        turns: fc.nat(3),
      })
    }),
  ),
)
/** Mostly all of them. */
const targets = fc.constantFrom('', '', '', 'n[0246]', 'n(1|2|3|5|7)')

const DOCS: readonly Doc[] = [3, 1, 2].map((n) => ({ id: `d${n}`, n, text: '' }))
const PARAMETERS = { k: 1, deep: { a: [1, null] }, n0__only: 'x', n1__k: 2, n2__deep: 'other', nobody__k: 3 }

/** The steps of a node with one process. */
const STEPS: Partial<Record<Kind, (name: string) => Step[]>> = {
  append: () => ['append'],
  add: (name) => [{ add: `x${name}` }],
  tells: (name) => [{ result: name }],
  fails: (name) => [{ raise: name }],
}

/** Takes its turns before it answers. */
function nodeOf({ name, kind, turns, noReduce }: Made, seen: Seen[]): Node {
  const slow = (node: Node): Node => ({
    ...node,
    async call(request, context) {
      for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
      return node.call(request, context)
    },
  })
  if (kind !== 'shards' && kind !== 'partial') {
    const endpoints = kind === 'skipped' ? ['/other'] : ['/']
    return slow(traceNode(name, seen, { steps: STEPS[kind]?.(name) ?? [], endpoints }))
  }
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const breaks = kind === 'partial' && shard > 0
    const steps: Step[] = breaks ? [{ raise: 'broken' }] : [{ mark: `${name}/${shard}` }]
    return traceNode(name, seen, { steps })
  })
  const options = { name, merging: noReduce ? 'append' : 'join', warn: () => {} } as const
  return slow({ ...traceNode(name, []), call: (request, context) => pollAll(shards, request, context, options) })
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
    nodePlan(name, needs, {
      noReduce,
      floating: last.includes(name) && !ends.includes(name),
      when: when === null ? null : { tags__n: { $lte: when } },
    }),
  )
  const handlers = new Map<string, Node>()
  for (const node of nodes) if (node.kind !== 'pass') handlers.set(node.name, nodeOf(node, seen))
  return { graph: { nodes: plans, ends }, handlers }
}

const inOrder = <T>(calls: readonly T[]): string[] => calls.map((call) => JSON.stringify(call)).sort()

// Public case 58.
test('any graph gives what a plain walk through it gives, however long its nodes take', async () => {
  const chosen = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(graphs, chosen, targets, async (nodes, isEnd, target) => {
      const seen: Seen[] = []
      const { graph, handlers } = build(nodes, seen, (index) => isEnd[index]!)
      const pattern = target === '' ? null : new RegExp(`^(?:${target})`)
      const want = interpret(nodes, graph.ends, { docs: DOCS, parameters: PARAMETERS, target: pattern })
      const topology = createTopology(graph, handlers)
      const docs = DOCS.map(({ id, n }) => ({ id, tags: { n } }))
      const request = requestOf({ on: '/', docs, parameters: PARAMETERS, target })
      const sent = request.encode().slice()
      const answer = told(await topology.call(request, detachedContext()))
      expect(answer.failure ?? null).toBe(want.failure)
      if (want.docs !== null) {
        expect(answer.docs.map((doc) => shown(doc as { id: unknown }))).toEqual([...want.docs])
        const { __results__: results = {}, ...parameters } = answer.parameters
        expect(results).toEqual(want.results)
        expect(parameters).toEqual(PARAMETERS)
      }
      await topology.settled()
      const calls = seen.map(({ executor, docs, matrix, parameters = {} }) => ({
        executor,
        docs: docs.map((doc) => shown(doc as { id: unknown })),
        matrix: matrix?.map((side) => side.map((doc) => shown(doc as { id: unknown }))) ?? null,
        parameters,
      }))
      expect(inOrder(calls)).toEqual(inOrder(want.called))
      expect(request.encode()).toEqual(sent)
      expect(decodeData(request.data).length).toBe(DOCS.length)
    }),
    { numRuns: 500 },
  )
})
