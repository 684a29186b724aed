import { describe, expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { type Asking, graphOf, nodePlan, requestOf, type Seen, type TraceOptions, told, traceNode } from './trace.ts'

/** A topology of trace nodes; `null` has no process. */
function flow(graph: GraphPlan, options: Readonly<Record<string, TraceOptions | null>> = {}) {
  const seen: Seen[] = []
  const warnings: string[] = []
  const nodes = new Map<string, Node>()
  for (const { name } of graph.nodes) {
    if (options[name] !== null) nodes.set(name, traceNode(name, seen, options[name]))
  }
  const topology = createTopology(graph, nodes, { warn: (text) => warnings.push(text) })
  const ask = async (asking: Asking) => told(await topology.call(requestOf(asking), detachedContext()))
  const seenBy = (name: string) => seen.filter((one) => one.executor === name)
  return { topology, ask, seen, seenBy, warnings }
}

const one = { id: 'd1', text: 'one' }
const two = { id: 'd2', text: 'two' }
const abc = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']), nodePlan('c', ['b']))
const diamond = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['gateway']), nodePlan('m', ['a', 'b']))

describe('one behind the other', () => {
  test('documents go through all, with a route each in the order of the graph', async () => {
    const { docs, routes } = await flow(abc).ask({ docs: [one, two] })
    expect(docs.map((doc) => doc.text)).toEqual(['one>a>b>c', 'two>a>b>c'])
    expect(routes).toEqual(['gateway', 'a', 'b', 'c'])
  })

  test.each([
    ['b', 'one>b'],
    ['a|c', 'one>a>c'],
    ['zzz', 'one'],
    ['[ab]', 'one>a>b'],
  ])('target_executor %s calls those whose name it matches', async (target, text) => {
    const { docs, routes } = await flow(abc).ask({ docs: [one], target })
    expect(docs).toEqual([{ ...one, text }])
    expect(routes).toEqual(['gateway', 'a', 'b', 'c'])
  })

  test('a node without the endpoint is passed by, one without a process passes on', async () => {
    const { ask } = flow(abc, { a: { endpoints: ['/x'] }, b: null })
    expect((await ask({ on: '/y', docs: [one] })).docs[0]!.text).toBe('one>c')
    expect((await ask({ on: '/x', docs: [one] })).docs[0]!.text).toBe('one>a>c')
  })

  test('each sees its own specific parameters; the client gets them back as sent', async () => {
    const { ask, seen } = flow(abc)
    const parameters = { k: 1, a__k: 2, b__only: 3 }
    expect((await ask({ docs: [one], parameters })).parameters).toEqual(parameters)
    expect(seen.map((row) => row.parameters)).toEqual([{ k: 2 }, { k: 1, only: 3 }, { k: 1 }])
  })

  test('behind a failure nobody is called', async () => {
    const { ask, seen } = flow(abc, { b: { steps: ['append', { raise: 'broken' }] } })
    const { failure, routes } = await ask({ docs: [one] })
    expect(failure).toBe('broken')
    expect(routes).toEqual(['gateway', 'a', 'b'])
    expect(seen.map((row) => row.executor)).toEqual(['a', 'b'])
  })

  test('an answer without documents leaves none to the next, not those of the client', async () => {
    const seen: Seen[] = []
    const silent: Node = {
      ...traceNode('a', seen),
      call: async (request) => requestOf({ docs: [] }).answer({ ...emptyAnswer, data: new Uint8Array(0) }) ?? request,
    }
    const graph = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']))
    const topology = createTopology(
      graph,
      new Map([
        ['a', silent],
        ['b', traceNode('b', seen)],
      ]),
    )
    expect(told(await topology.call(requestOf({ docs: [one] }), detachedContext())).docs).toEqual([])
  })
})

const emptyAnswer = { role: 'executor', parameters: null, status: null, routes: [] } as const

describe('branches', () => {
  // Public case 58.
  test('the first of `needs` counts, even when it answers last', async () => {
    const gate = Promise.withResolvers<void>()
    const { ask, seenBy } = flow(diamond, {
      a: { gate: gate.promise },
      b: { gate: Promise.resolve().then(() => gate.resolve()), steps: ['append', { uri: 'u' }, { add: 'x' }] },
      m: { steps: [] },
    })
    const { docs } = await ask({ docs: [one] })
    expect(docs).toEqual([
      { id: 'd1', text: 'one>a', uri: 'u' },
      { id: 'x', text: 'b' },
    ])
    expect(seenBy('m')[0]!.matrix).toBeUndefined()
  })

  // Public case 58.
  test('without reduce the branches stand side by side, named for those that they come from', async () => {
    const graph = graphOf(diamond.nodes[0]!, diamond.nodes[1]!, nodePlan('m', ['b', 'a'], { noReduce: true }))
    const { ask, seenBy } = flow(graph, { m: { steps: ['concat_matrix'] } })
    const { docs } = await ask({ docs: [one] })
    expect(docs).toEqual([
      { id: '0-d1', text: 'one>b' },
      { id: '1-d1', text: 'one>a' },
    ])
    expect(seenBy('m')[0]!.matrix).toHaveLength(2)
  })

  test('a joining node that is skipped, or has no process, joins all the same', async () => {
    for (const [m, target] of [
      [{ steps: [] }, 'a|b'],
      [null, ''],
    ] as const) {
      const { ask } = flow(diamond, { a: { steps: [{ add: 'x' }] }, b: { steps: [{ add: 'y' }] }, m })
      expect((await ask({ docs: [one], target })).docs.map((doc) => doc.id)).toEqual(['d1', 'x', 'y'])
    }
  })

  test('documents of one id in one request stay apart', async () => {
    const { docs } = await flow(diamond).ask({ docs: [one, { id: 'd1', text: 'again' }] })
    expect(docs.map((doc) => doc.text)).toEqual(['one>a>m', 'again>a>m'])
  })

  test('results of all branches are collected', async () => {
    const { ask } = flow(diamond, {
      a: { steps: [{ result: 1 }] },
      b: { steps: [{ result: 2 }] },
      m: { steps: [{ result: 3 }] },
    })
    expect((await ask({ docs: [one], parameters: { k: 1 } })).parameters).toEqual({
      k: 1,
      __results__: { 'a/rep-0': { value: 1 }, 'b/rep-0': { value: 2 }, 'm/rep-0': { value: 3 } },
    })
  })

  test('one fails: the other runs, the join does not, and the error is the answer', async () => {
    const { ask, seen } = flow(diamond, { a: { steps: [{ raise: 'broken' }] } })
    const { failure, routes } = await ask({ docs: [one] })
    expect(failure).toBe('broken')
    expect(routes).toEqual(['gateway', 'a', 'b'])
    expect(seen.map((row) => row.executor).sort()).toEqual(['a', 'b'])
  })

  test('both fail: the error is that of the first in `needs`', async () => {
    const gate = Promise.withResolvers<void>()
    const { ask } = flow(diamond, {
      a: { steps: [{ raise: 'left' }], gate: gate.promise },
      b: { steps: [{ raise: 'right' }], gate: Promise.resolve().then(() => gate.resolve()) },
    })
    expect((await ask({ docs: [one] })).failure).toBe('left')
  })

  test('several ends are joined, and the request itself may be one', async () => {
    const { nodes } = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['gateway']))
    const { ask } = flow(
      { nodes, ends: ['a', 'b', 'gateway'] },
      { a: { steps: [{ add: 'x' }] }, b: { steps: [{ add: 'y' }] } },
    )
    expect((await ask({ docs: [one] })).docs.map((doc) => doc.id)).toEqual(['d1', 'x', 'y'])
    const nothing = flow({ nodes, ends: ['gateway'] })
    expect((await nothing.ask({ docs: [one] })).docs).toEqual([one])
  })

  test('what a channel rejects with is the outcome, at once; a bad target calls nobody', async () => {
    const never = new Promise<void>(() => {})
    const { topology, seen } = flow(diamond, { b: { gate: never } })
    const graph = createTopology(
      diamond,
      new Map<string, Node>([
        ['a', { ...traceNode('a', seen), call: () => Promise.reject(new XserveError('WORKER_DIED', 'gone')) }],
        ['b', traceNode('b', seen, { gate: never })],
      ]),
    )
    const call = graph.call(requestOf({ docs: [one] }), detachedContext())
    expect(call).rejects.toMatchObject({ code: 'WORKER_DIED' })
    await call.catch(() => {})
    const target = topology.call(requestOf({ docs: [one], target: '[' }), detachedContext())
    expect(target).rejects.toMatchObject({ code: 'BAD_TARGET' })
    await target.catch(() => {})
    expect(seen).toEqual([])
  })
})

describe('when', () => {
  const when = graphOf(
    nodePlan('a', ['gateway']),
    nodePlan('small', ['a'], { when: { tags__n: { $lt: 5 } } }),
    nodePlan('big', ['a'], { when: { tags__n: { $gte: 5 } } }),
    nodePlan('m', ['small', 'big']),
  )
  const docs = [7, 1, 9].map((n, i) => ({ id: `d${i}`, tags: { n } }))

  test('each document takes the branches that it fulfils, and the answer has the order of the request', async () => {
    const answer = await flow(when).ask({ docs: [...docs, { id: 'none' }] })
    expect(answer.docs.map((doc) => [doc.id, doc.text])).toEqual([
      ['d0', '>a>big>m'],
      ['d1', '>a>small>m'],
      ['d2', '>a>big>m'],
    ])
  })

  test('a node is called with no documents, too; one that is skipped does not choose', async () => {
    const { ask, seenBy } = flow(when)
    await ask({ docs: docs.slice(0, 1) })
    expect(seenBy('small')[0]!.docs).toEqual([])
    const { docs: kept } = await ask({ docs, target: 'a|m' })
    expect(kept.map((doc) => doc.text)).toEqual(['>a>m', '>a>m', '>a>m'])
  })

  test('in a chain, what is dropped is gone for those behind', async () => {
    const chain = graphOf(nodePlan('a', ['gateway'], { when: { text: { $eq: 'one' } } }), nodePlan('b', ['a']))
    expect((await flow(chain).ask({ docs: [two, one] })).docs).toEqual([{ id: 'd1', text: 'one>a>b' }])
  })
})

describe('floating', () => {
  const graph = graphOf(
    nodePlan('a', ['gateway']),
    nodePlan('f', ['a'], { floating: true }),
    nodePlan('g', ['f']),
    nodePlan('b', ['a']),
  )
  const floating = { nodes: graph.nodes, ends: ['b'] }

  test('it gets documents, the answer does not wait, and what it does is not in it; settled() waits', async () => {
    const gate = Promise.withResolvers<void>()
    const { ask, topology, seenBy } = flow(floating, { f: { gate: gate.promise, steps: [{ result: 1 }, 'append'] } })
    const answer = await ask({ docs: [one] })
    expect(answer.docs).toEqual([{ id: 'd1', text: 'one>a>b' }])
    expect(answer.parameters).toEqual({})
    expect(answer.routes).toEqual(['gateway', 'a', 'f', 'b'])
    let settled = false
    const waiting = topology.settled().then(() => {
      settled = true
    })
    await Promise.resolve()
    expect(settled).toBe(false)
    gate.resolve()
    await waiting
    expect(seenBy('g')[0]!.docs).toEqual([{ id: 'd1', text: 'one>a>f' }])
  })

  test('its failure is told to the operator alone', async () => {
    const { ask, topology, warnings } = flow(floating, { f: { steps: [{ raise: 'broken' }] } })
    expect((await ask({ docs: [one] })).failure).toBeUndefined()
    await topology.settled()
    expect(warnings).toEqual(['f is floating and failed, which no caller is told: broken'])
  })

  test('a node that the answer needs is waited for, whatever it is called', async () => {
    const needed = graphOf(nodePlan('f', ['gateway'], { floating: true }), nodePlan('b', ['f']))
    expect((await flow(needed).ask({ docs: [one] })).docs[0]!.text).toBe('one>f>b')
  })
})
