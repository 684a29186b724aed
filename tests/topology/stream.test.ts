import { expect, test } from 'bun:test'
import { encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { graphOf, nodePlan, requestOf, type Seen, told, traceNode } from './trace.ts'

/** Answers a stream with three documents, of which the last may be a failure. */
function streamer(name: string, seen: Seen[], fails = false): Node {
  const broken = traceNode(name, [], { steps: [{ raise: `${name} broke` }] })
  return {
    ...traceNode(name, seen),
    streams: ['/s'],
    async *stream(request, context) {
      for (let i = 0; i < 2; i++) {
        const data = encodeData(new DocumentArray([new Document({ id: `${i}`, text: `${name}${i}` })]))
        yield request.answer({ role: 'executor', data, parameters: new Uint8Array(0), status: null, routes: [] })
      }
      if (fails) yield await broken.call(request, context)
    },
  }
}

function flow(graph: GraphPlan, streaming: readonly string[], fails = false) {
  const seen: Seen[] = []
  const warnings: string[] = []
  const make = (name: string) => (streaming.includes(name) ? streamer(name, seen, fails) : traceNode(name, seen))
  const nodes = new Map(graph.nodes.map(({ name }) => [name, make(name)]))
  const topology = createTopology(graph, nodes, { warn: (text) => warnings.push(text) })
  const ask = async (target = '', parameters = { k: 1 }) => {
    const request = requestOf({ on: '/s', docs: [{ id: 'd', text: 'd' }], target, parameters })
    const out = []
    for await (const item of topology.stream(request, detachedContext())) out.push(told(item))
    return out
  }
  return { topology, ask, seen, warnings }
}

const texts = (items: readonly { docs: Record<string, unknown>[] }[]) => items.map((item) => item.docs[0]?.text)
const abc = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']), nodePlan('c', ['b']))

test('each document of a streaming node goes through those behind it; the one before is called once', async () => {
  const { ask, seen } = flow(abc, ['b'])
  const items = await ask()
  expect(texts(items)).toEqual(['b0>c', 'b1>c'])
  expect(items[1]!.routes).toEqual(['gateway', 'a', 'b', 'c'])
  expect(seen.map((one) => one.executor)).toEqual(['a', 'c', 'c'])
  // Items carry no parameters, yet those behind see what the client sent.
  expect(seen.map((one) => one.parameters)).toEqual([{ k: 1 }, { k: 1 }, { k: 1 }])
})

test('two that stream multiply; nobody who does: the last one called tells', async () => {
  expect(texts(await flow(abc, ['a', 'c']).ask())).toEqual(['c0', 'c1', 'c0', 'c1'])
  expect(texts(await flow(abc, []).ask())).toEqual(['d>a>b>c'])
  expect(texts(await flow(abc, ['a']).ask('zzz'))).toEqual(['d'])
})

test('a failure is the last item, with the routes up to it', async () => {
  const items = await flow(abc, ['b'], true).ask()
  expect(items.map((item) => item.failure)).toEqual([undefined, undefined, 'b broke'])
  expect(items[2]!.routes).toEqual(['gateway', 'a', 'b'])
})

test('behind a join the stream begins; what is before is called and joined first', async () => {
  const graph = graphOf(
    nodePlan('l', ['gateway']),
    nodePlan('r', ['gateway']),
    nodePlan('m', ['l', 'r']),
    nodePlan('z', ['m']),
  )
  const { ask, seen } = flow(graph, ['m'])
  const items = await ask()
  expect(texts(items)).toEqual(['m0>z', 'm1>z'])
  expect(items[0]!.routes).toEqual(['gateway', 'l', 'r', 'm', 'z'])
  expect(seen.map((one) => one.executor)).toEqual(['l', 'r', 'z', 'z'])
})

test('a document that a condition has dropped, or an executor before, ends there', async () => {
  const odd = { when: { text: { $eq: 'odd' } } }
  const graph = graphOf(nodePlan('l', ['gateway'], odd), nodePlan('r', ['gateway'], odd), nodePlan('m', ['l', 'r']))
  const joined = flow(graph, ['m'])
  expect(await joined.ask()).toEqual([])
  expect(joined.seen.map((one) => one.executor)).toEqual(['l', 'r'])
  const own = flow(graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a'], odd)), ['b'])
  expect(await own.ask()).toEqual([])
  const clears = traceNode('a', [], { steps: ['clear'] })
  const chain = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']))
  const topology = createTopology(
    chain,
    new Map([
      ['a', clears],
      ['b', streamer('b', [])],
    ]),
  )
  const count = async (docs: Record<string, unknown>[]) => {
    let items = 0
    for await (const _ of topology.stream(requestOf({ on: '/s', docs }), detachedContext())) items++
    return items
  }
  // A request without documents is not one whose documents have been dropped.
  expect([await count([{ id: 'd' }]), await count([])]).toEqual([0, 2])
})

test('a failure before the join is the only item', async () => {
  const graph = graphOf(nodePlan('l', ['gateway']), nodePlan('r', ['gateway']), nodePlan('m', ['l', 'r']))
  const nodes = new Map(graph.nodes.map(({ name }) => [name, traceNode(name, [], { steps: [{ raise: name }] })]))
  const out = []
  const topology = createTopology(graph, nodes)
  for await (const item of topology.stream(requestOf({ on: '/s', docs: [] }), detachedContext())) out.push(told(item))
  expect(out.map((item) => item.failure)).toEqual(['l'])
})

test('a floating executor behind a streaming one gets every document', async () => {
  const { nodes } = graphOf(nodePlan('a', ['gateway']), nodePlan('f', ['a'], { floating: true }), nodePlan('g', ['f']))
  const { ask, seen, topology } = flow({ nodes, ends: ['a'] }, ['a'])
  expect(texts(await ask())).toEqual(['a0', 'a1'])
  await topology.settled()
  expect(seen.filter((one) => one.executor === 'g').map((one) => one.docs[0]!.text)).toEqual(['a0>f', 'a1>f'])
})

test('leaving the stream ends that of the node', async () => {
  let ended = false
  const endless: Node = {
    ...traceNode('a', []),
    async *stream(request) {
      try {
        for (;;) yield request.answer({ role: 'executor', data: null, parameters: null, status: null, routes: [] })
      } finally {
        ended = true
      }
    },
  }
  const graph = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']))
  const topology = createTopology(
    graph,
    new Map([
      ['a', { ...endless, streams: ['/s'] }],
      ['b', traceNode('b', [])],
    ]),
  )
  for await (const _ of topology.stream(requestOf({ on: '/s', docs: [] }), detachedContext())) break
  expect(ended).toBe(true)
})
