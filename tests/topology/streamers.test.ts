/** Who is asked for a stream in which graph, and what no graph can stream. */
import { describe, expect, test } from 'bun:test'
import { compileGraph } from '../../lib/topology/compile.ts'
import type { Node } from '../../lib/topology/node.ts'
import { streamersOf } from '../../lib/topology/streamers.ts'
import { graphOf, nodePlan, requestOf, traceNode } from './trace.ts'

const NEEDS = {
  chain: { a: ['gateway'], b: ['a'], c: ['b'] },
  join: { a: ['gateway'], b: ['gateway'], m: ['a', 'b'], z: ['m'] },
  ends: { a: ['gateway'], b: ['gateway'] },
} as const

interface Facts {
  readonly streams?: readonly string[]
  readonly endpoints?: readonly string[]
}

/** Names of those that stream, in the order of the graph. `facts` null: the node has no process. */
function streamers(
  graph: keyof typeof NEEDS,
  facts: Readonly<Record<string, Facts | null>>,
  asking: { readonly on?: string; readonly target?: string } = {},
) {
  const needs: Record<string, readonly string[]> = NEEDS[graph]
  const nodes = new Map<string, Node>()
  for (const name of Object.keys(needs)) {
    const known = facts[name]
    if (known === null) continue
    const has = known?.endpoints === undefined || known.endpoints.includes('/default') ? [] : known.endpoints
    nodes.set(name, { ...traceNode(name, [], has.length > 0 ? { endpoints: has } : {}), ...known })
  }
  const plan = graphOf(...Object.entries(needs).map(([name, before]) => nodePlan(name, before)))
  const request = requestOf({ on: '/s', docs: [{ id: 'd' }], ...asking })
  return [...streamersOf(compileGraph(plan, nodes), request)].map(({ name }) => name)
}

const STREAMS = { streams: ['/s'] }

describe('those that stream at the endpoint', () => {
  test('one, several, in a chain and behind a join', () => {
    expect(streamers('chain', { b: STREAMS })).toEqual(['b'])
    expect(streamers('chain', { a: STREAMS, c: STREAMS })).toEqual(['a', 'c'])
    expect(streamers('join', { m: STREAMS })).toEqual(['m'])
    expect(streamers('join', { z: STREAMS })).toEqual(['z'])
  })

  test('a generator of the default endpoint streams wherever there is no method of its own', () => {
    const byDefault = { streams: ['/default'], endpoints: ['/default', '/own'] }
    expect(streamers('chain', { a: byDefault })).toEqual(['a'])
    expect(streamers('chain', { a: byDefault }, { on: '/own' })).toEqual(['c'])
    expect(streamers('chain', { b: byDefault }, { on: '' })).toEqual(['b'])
  })

  test('nobody known to: the last one that is called; nobody called: nobody', () => {
    expect(streamers('chain', {})).toEqual(['c'])
    expect(streamers('chain', { c: null })).toEqual(['b'])
    expect(streamers('join', {})).toEqual(['z'])
    expect(streamers('chain', {}, { target: 'zzz' })).toEqual([])
    expect(streamers('ends', { a: { endpoints: ['/x'] }, b: { endpoints: ['/x'] } })).toEqual([])
  })
})

describe('what has no meaning is refused with CANNOT_STREAM', () => {
  const refused = (text: string) =>
    expect.objectContaining({ code: 'CANNOT_STREAM', message: expect.stringContaining(text) })
  const joined = (name: string) =>
    refused(`${name} streams /s on a branch whose documents are joined with those of others`)

  test('a stream of one branch into a join, written or not', () => {
    expect(() => streamers('join', { a: STREAMS })).toThrow(joined('a'))
    expect(() => streamers('join', { b: STREAMS, m: STREAMS })).toThrow(joined('b'))
    expect(() => streamers('ends', { b: STREAMS })).toThrow(joined('b'))
  })

  test('executors that do not stream, none of which is the last', () => {
    expect(() => streamers('ends', {})).toThrow(refused('none of a, b streams /s'))
    expect(() => streamers('join', { m: null, z: null })).toThrow(refused('none of a, b streams /s'))
  })
})
