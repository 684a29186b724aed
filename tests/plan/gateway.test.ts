import { describe, expect, test } from 'bun:test'
import { type GatewayDescription, planGateway } from '../../lib/plan/gateway.ts'

const plan = (given: Partial<GatewayDescription>) =>
  planGateway({
    graph: {},
    conditions: {},
    addresses: {},
    metadata: {},
    polling: {},
    noReduce: [],
    settings: {},
    ...given,
  })
const CHAIN = { 'start-gateway': ['a'], a: ['b'], b: ['end-gateway'] }
const at = (port: number, more = {}) => ({ host: 'h', port, tls: false, ...more })

describe('planGateway()', () => {
  test('a chain, whatever the order of its description', () => {
    const { graph, deployments } = plan({
      graph: { b: ['end-gateway'], a: ['b'], 'start-gateway': ['a'] },
      addresses: { a: ['grpc://h:1'], b: ['h:2', 'grpcs://h:3'] },
    })
    expect(graph.nodes.map(({ name, needs }) => [name, needs])).toEqual([
      ['a', ['gateway']],
      ['b', ['a']],
    ])
    expect(graph.ends).toEqual(['b'])
    expect(deployments.map(({ uses }) => uses)).toEqual([
      { kind: 'external', addresses: [at(1)] },
      { kind: 'external', addresses: [at(2), { host: 'h', port: 3, tls: true }] },
    ])
  })

  test('a chain of thousands, described from its end, takes no longer than reading it', () => {
    const graph: Record<string, string[]> = { n4999: ['end-gateway'] }
    for (let i = 4998; i >= 0; i--) graph[`n${i}`] = [`n${i + 1}`]
    graph['start-gateway'] = ['n0']
    const started = performance.now()
    const { nodes } = plan({ graph }).graph
    expect(performance.now() - started).toBeLessThan(1000)
    expect(nodes.map(({ name }) => name)).toEqual(Array.from({ length: 5000 }, (_, i) => `n${i}`))
  })

  test('branches join in the order of the description; who leads nowhere floats; several ends', () => {
    const { graph } = plan({
      graph: { 'start-gateway': ['z', 'y', 'side'], y: ['j'], z: ['j', 'end-gateway'], j: ['end-gateway'] },
      noReduce: ['j'],
    })
    expect(graph.nodes.find(({ name }) => name === 'j')).toMatchObject({ needs: ['y', 'z'], noReduce: true })
    expect(graph.nodes.filter(({ floating }) => floating).map(({ name }) => name)).toEqual(['side'])
    expect(graph.ends).toEqual(['z', 'j'])
  })

  test('shards with executors around them, polling, metadata, conditions', () => {
    const { deployments, graph } = plan({
      graph: CHAIN,
      addresses: { a: { '0': ['h:1', 'h:2'], '1': 'h:3', uses_before: ['h:4'] }, b: 'h:5' },
      polling: { a: { '/x': 'ALL' } },
      metadata: { b: { n: 1 } },
      conditions: { b: { tags__x: { $eq: 1 } } },
    })
    expect(deployments[0]).toMatchObject({
      uses: { addresses: [at(1, { shard: 0 }), at(2, { shard: 0 }), at(3, { shard: 1 })] },
      usesBefore: { kind: 'external', addresses: [at(4)] },
      usesAfter: null,
      shards: 2,
      polling: { '/x': 'all' },
    })
    expect(deployments[1]).toMatchObject({ grpcMetadata: { n: '1' } })
    expect(graph.nodes[1]!.when).toEqual({ tags__x: { $eq: 1 } })
  })

  test('a node without an address passes on; no graph at all answers as it was asked', () => {
    expect(plan({ graph: CHAIN, addresses: { b: ['h:1'] } }).deployments[0]!.uses).toEqual({ kind: 'pass' })
    expect(plan({}).graph).toEqual({ nodes: [], ends: ['gateway'] })
  })

  test.each([
    [{ graph: { 'start-gateway': 'a' } }, /--graph-description: behind start-gateway stands "a" instead of a list/],
    [{ graph: { 'start-gateway': ['a'] } }, /nothing leads to end-gateway/],
    [{ graph: { ...CHAIN, b: ['a', 'end-gateway'] } }, /a, b wait for each other/],
    [{ graph: { ...CHAIN, 'end-gateway': ['a'] } }, /nothing can stand behind end-gateway/],
    [{ graph: { ...CHAIN, b: ['start-gateway', 'end-gateway'] } }, /b leads back to start-gateway/],
    [{ graph: { ...CHAIN, c: ['b'] } }, /nothing leads to c/],
    [{ graph: CHAIN, addresses: { c: ['h:1'] } }, /--deployments-addresses: "c" is not in the graph/],
    [{ graph: CHAIN, addresses: { a: [] } }, /a has no address/],
    [{ graph: CHAIN, addresses: { a: ['h'] } }, /a: the port of h is missing/],
    [{ graph: CHAIN, addresses: { a: [5] } }, /an address of a is 5/],
    [{ graph: CHAIN, addresses: { a: { '1': ['h:1'] } } }, /the shards of a are called 1/],
    [{ graph: CHAIN, conditions: { a: 5 } }, /the condition of a is no object/],
    [{ graph: CHAIN, conditions: { a: { x: { $what: 1 } } } }, /\$what/],
    [{ graph: CHAIN, polling: { a: 'some' } }, /a has "some" instead of any or all/],
    [{ graph: CHAIN, metadata: { a: 'x' } }, /the metadata of a is no object/],
    [{ graph: CHAIN, noReduce: ['c'] }, /--deployments-disable-reduce: "c" is not in the graph/],
  ] as [Partial<GatewayDescription>, RegExp][])('%j is refused', (given, words) => {
    expect(() => plan(given)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringMatching(words) }),
    )
  })
})
