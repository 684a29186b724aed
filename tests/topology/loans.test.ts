/** What is on loan between two stages: for as long as somebody on the way, or the caller, reads it. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { UNIT } from '../../lib/link/memory/blocks.ts'
import { LentMemory, type Loan, loanOf } from '../../lib/link/memory/loan.ts'
import { Loans, loansOf } from '../../lib/link/memory/loans.ts'
import type { GraphPlan } from '../../lib/plan/plan.ts'
import type { Node } from '../../lib/topology/node.ts'
import { createTopology } from '../../lib/topology/topology.ts'
import { type CallContext, detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { graphOf, nodePlan } from './trace.ts'

const SIZE = UNIT + 100
let memory: LentMemory
let units = 0
let open = 0
beforeEach(() => {
  open = 0
  units = 0
  memory = new LentMemory({ bytes: new Uint8Array(64 * UNIT), path: '', hide() {} }, () => open--)
})
afterEach(() => memory.close())

const isFree = (): boolean => open === 0

function lend(): Loan {
  const loan = memory.lend(units * UNIT, SIZE)!
  open++
  units += 2
  // DataContentProto with an empty list of documents, then a field that nobody knows.
  loan.bytes.fill(0)
  loan.bytes.set([0x0a, 0, 0x7a, ...varint(SIZE - 6)])
  return loan
}

const varint = (value: number): number[] => [(value & 127) | 128, ((value >>> 7) & 127) | 128, value >>> 14]

/** Answers with documents on loan, as a worker does; `unchanged`: with those that came. */
function lender(name: string, options: { unchanged?: boolean; before?: (data: Uint8Array) => unknown } = {}): Node {
  return {
    name,
    has: () => true,
    async call(request, context) {
      await options.before?.(request.data)
      const data = options.unchanged ? null : loansOf(context)!.keep(lend())
      return request.answer({ role: 'executor', data, parameters: null, status: null, routes: [] })
    },
    stream: async function* () {},
  }
}

function begin(graph: GraphPlan, nodes: readonly Node[]) {
  const topology = createTopology(graph, new Map(nodes.map((node) => [node.name, node])))
  const loans = new Loans(null)
  const context = (lasting: boolean): CallContext => (lasting ? { ...detachedContext(), loans } : detachedContext())
  const request = (data: Uint8Array) => Envelope.create({ requestId: 'r', endpoint: '/', data })
  return { topology, loans, context, request }
}

const row = graphOf(nodePlan('a', ['gateway']), nodePlan('b', ['a']), nodePlan('c', ['b']))
const floating = graphOf(nodePlan('a', ['gateway']), nodePlan('f', ['a'], { floating: true }))
const held = (bytes: Uint8Array): boolean => loanOf(bytes) !== null

test('in a row, what a stage has handed on ends when the next has answered', async () => {
  const seen: Uint8Array[] = []
  const states: boolean[][] = []
  const before = (data: Uint8Array): void => {
    seen.push(data)
    states.push(seen.map(held))
  }
  const { topology, context, request } = begin(row, [
    lender('a', { before }),
    lender('b', { before }),
    lender('c', { before }),
  ])
  const answer = await topology.call(request(new Uint8Array([0x0a, 0])), context(false))
  expect(states).toEqual([[false], [false, true], [false, false, true]])
  expect([answer.data.length, held(answer.data), isFree()]).toEqual([SIZE, false, true])
})

test('who leaves documents as they are hands on the loan', async () => {
  const { topology, context, request } = begin(row, [
    lender('a'),
    lender('b', { unchanged: true }),
    lender('c', { unchanged: true }),
  ])
  const answer = await topology.call(request(new Uint8Array([0x0a, 0])), context(false))
  expect([answer.data.length, held(answer.data), isFree()]).toEqual([SIZE, false, true])
})

test('a caller that keeps loans gets the answer as one', async () => {
  const { topology, context, request, loans } = begin(row, [lender('a'), lender('b'), lender('c')])
  const answer = await topology.call(request(new Uint8Array([0x0a, 0])), context(true))
  expect([held(answer.data), isFree()]).toEqual([true, false])
  loans.end()
  expect(isFree()).toBe(true)
})

test('a stage that fails ends the loans of its way', async () => {
  const broken = lender('b', {
    before() {
      throw new Error('broken')
    },
  })
  const { topology, context, request } = begin(row, [lender('a'), broken, lender('c')])
  expect(await topology.call(request(new Uint8Array([0x0a, 0])), context(false)).catch(String)).toBe('Error: broken')
  expect(isFree()).toBe(true)
})

test('for whom nobody waits reads on when the caller has its answer, and has read it', async () => {
  let gate = Promise.withResolvers<void>()
  const given: Uint8Array[] = []
  const late = lender('f', {
    async before(data) {
      given.push(data)
      await gate.promise
    },
  })
  for (const unchanged of [false, true]) {
    gate = Promise.withResolvers()
    const { topology, loans, context, request } = begin(floating, [lender('a', { unchanged }), late])
    const kept = loans.keep(lend())
    const answer = await topology.call(request(kept), context(true))
    // Of what is still read the caller has a copy.
    expect([answer.data.length, held(answer.data)]).toEqual([SIZE, false])
    loans.end()
    expect(held(given.at(-1)!)).toBe(true)
    gate.resolve()
    await topology.settled()
    expect(isFree()).toBe(true)
  }
})
