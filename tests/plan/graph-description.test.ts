import { expect, test } from 'bun:test'
import { planGateway } from '../../lib/plan/gateway.ts'
import { graphDescription } from '../../lib/plan/graph-description.ts'

const NOTHING = { conditions: {}, addresses: {}, metadata: {}, polling: {}, noReduce: [], settings: {} }

const GRAPHS: Record<string, string[]>[] = [
  { 'start-gateway': ['end-gateway'] },
  { 'start-gateway': ['a'], a: ['end-gateway'] },
  { 'start-gateway': ['a', 'b'], a: ['c', 'aside'], b: ['c'], c: ['end-gateway'], aside: [] },
  { 'start-gateway': ['a', 'b'], a: ['end-gateway'], b: ['end-gateway'] },
]

test.each(GRAPHS)('the graph that a description means is described by it: %j', (graph) => {
  expect(graphDescription(planGateway({ ...NOTHING, graph }))).toEqual(graph)
})
