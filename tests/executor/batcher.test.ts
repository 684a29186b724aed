import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { createBatcher } from '../../lib/executor/batcher.ts'
import type { ExecutorCall } from '../../lib/executor/call.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { addresseeOf, createInvoker, type Methods } from '../../lib/executor/invoke.ts'
import type { AnswerMessage, CallMessage } from '../../lib/link/messages.ts'
import type { BatchingPlan } from '../../lib/plan/plan.ts'
import { encodeStruct } from '../../lib/protobuf/struct.ts'
import { decodeStatus } from '../../lib/wire/status.ts'

type Run = (call: ExecutorCall) => unknown

/** An executor with one batched method; `ask` sends documents of these ids. */
function batched(run: Run, plan: Partial<BatchingPlan> = {}) {
  const sizes: number[] = []
  const calls: ExecutorCall[] = []
  class Batched extends Executor {
    run(call: ExecutorCall) {
      sizes.push(call.docs.length)
      calls.push(call)
      return run(call)
    }
  }
  const executor = new Batched()
  const whole: BatchingPlan = { preferredBatchSize: 4, timeoutMs: 5, flushAll: false, ...plan }
  const batcher = createBatcher({
    planFor: () => whole,
    methods: executor as unknown as Methods,
    className: 'Batched',
    addressee: addresseeOf(executor),
  })
  const invoke = createInvoker(executor, 'Batched', new Map([['/x', 'run']]), { batcher })
  const start = (ids: readonly string[], parameters: Record<string, unknown> = {}, more: Partial<CallMessage> = {}) => {
    const data = encodeData(new DocumentArray(ids.map((id) => new Document({ id }))))
    const { promise, resolve } = Promise.withResolvers<AnswerMessage>()
    const bytes = Object.keys(parameters).length === 0 ? new Uint8Array(0) : encodeStruct(parameters)
    const message: CallMessage = {
      endpoint: '/x',
      trace: '',
      deadline: 0,
      parameters: bytes,
      branches: [{ name: '', data }],
      ...more,
    }
    const call = invoke(message, resolve)
    return { call, answer: promise.then((answer) => told(answer, data)) }
  }
  const ask = (ids: readonly string[], parameters = {}, more = {}) => start(ids, parameters, more).answer
  return { ask, start, sizes, calls, batcher }
}

function told(answer: AnswerMessage, sent: Uint8Array) {
  if (answer.failed) return decodeStatus(answer.extra).description
  return decodeData(answer.unchanged ? sent : answer.data).map((one) => `${one.id}${one.text ? `=${one.text}` : ''}`)
}

const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `d${from + i}`)
const mark: Run = ({ docs }) => {
  for (const doc of docs) doc.text = `t${doc.id}`
}
const marked = (list: readonly string[]) => list.map((id) => `${id}=t${id}`)

// Public case 68.
test('each caller gets its own documents in its order, however they were batched', async () => {
  const { ask, sizes } = batched(mark)
  const lists = [ids(0, 10), ids(10, 1), ids(20, 3)]
  expect(await Promise.all(lists.map((list) => ask(list)))).toEqual(lists.map(marked))
  expect(sizes).toEqual([4, 4, 4, 2])
})

// Public case 70.
test('documents count, not requests: five of six each are sizes of ten', async () => {
  const { ask, sizes } = batched(mark, { preferredBatchSize: 10 })
  await Promise.all([0, 1, 2, 3, 4].map((n) => ask(ids(n * 6, 6))))
  expect(sizes).toEqual([10, 10, 10])
})

// Public case 68.
test('a caller is answered once its own are done, while others still wait', async () => {
  const { ask, sizes } = batched(mark, { timeoutMs: 60_000 })
  const long = ask(ids(0, 2))
  expect(await ask(ids(2, 2))).toEqual(marked(ids(2, 2)))
  const rest = ask(ids(4, 3))
  expect(await long).toEqual(marked(ids(0, 2)))
  expect(sizes).toEqual([4])
  expect(await ask(ids(7, 1))).toEqual(marked(ids(7, 1)))
  expect(await rest).toEqual(marked(ids(4, 3)))
})

// Public case 68.
test('flushAll makes one call of all', async () => {
  const { ask, sizes } = batched(mark, { flushAll: true })
  await Promise.all([ask(ids(0, 3)), ask(ids(3, 8))])
  expect(sizes).toEqual([11])
})

test('other parameters, another batch; results of earlier executors are no other parameters', async () => {
  const { ask, sizes, calls } = batched(mark, { preferredBatchSize: 2 })
  const one = { a: 1, b: { c: 1, d: 2 } }
  await Promise.all([
    ask(['1'], { ...one, __results__: { x: 1 } }),
    ask(['2'], { a: 2 }),
    ask(['3'], { b: { d: 2, c: 1 }, a: 1, __results__: { x: 2 } }),
  ])
  expect(sizes).toEqual([2, 1])
  expect(calls[0]!.parameters).toEqual(one)
})

// Public case 72.
test('what the method returns takes the place of what it got, and must be one for each', async () => {
  const returns = (make: Run) => batched(make, { preferredBatchSize: 3 })
  const two = ({ ask }: ReturnType<typeof batched>) => Promise.all([ask(['a', 'b']), ask(['c'])])
  const news: Run = ({ docs }) => new DocumentArray(docs.map((doc) => new Document({ id: `n${doc.id}` })))
  expect(await two(returns(news))).toEqual([['na', 'nb'], ['nc']])
  expect(await two(returns(async ({ docs }) => [...docs].reverse()))).toEqual([['c', 'b'], ['a']])
  expect(await two(returns(() => undefined))).toEqual([['a', 'b'], ['c']])
  const why = 'TypeError("Batched.run got a batch of 3 documents at /x and gave back'
  for (const [run, count] of [
    [({ docs }: ExecutorCall) => docs.slice(1), 2],
    [({ docs }: ExecutorCall) => [...docs, new Document()], 4],
    [({ docs }: ExecutorCall) => void docs.clear(), 0],
    [({ docs }: ExecutorCall) => docs.at(0), 1],
  ] as const) {
    const text = `${why.replace('"', "'")} ${count}: it must be one for each')`
    expect(await two(returns(run))).toEqual([text, text])
  }
  const object = "TypeError('Batched.run is batched, so it returns documents or nothing, not object')"
  expect(await two(returns(() => ({ a: 1 })))).toEqual([object, object])
})

test('an error goes to those in the batch, and to no other; what is left of them is not worked on', async () => {
  const { ask, sizes } = batched(({ docs }) => {
    if (docs.byId('bad')) throw new RangeError('bad')
  })
  const failed = ask([...ids(0, 3), 'bad', ...ids(4, 3)])
  const good = ask(ids(7, 1))
  expect(await failed).toBe("RangeError('bad')")
  expect(await good).toEqual(ids(7, 1))
  expect(sizes).toEqual([4, 1])
})

test('a caller who leaves takes its documents along; a batch that nobody waits for is told', async () => {
  const gate = Promise.withResolvers<void>()
  const { start, ask, sizes, calls } = batched(() => gate.promise, { timeoutMs: 60_000 })
  const first = start(ids(0, 5))
  const signal = calls[0]!.signal
  first.call.cancel()
  expect(signal.aborted).toBe(true)
  const other = ask(ids(10, 4))
  gate.resolve()
  expect(await other).toEqual(ids(10, 4))
  expect(sizes).toEqual([4, 4])
})

test('no documents are a call of their own; several branches are refused', async () => {
  const { ask, sizes } = batched(mark)
  expect(await ask([])).toEqual([])
  expect(sizes).toEqual([0])
  const branch = { name: '', data: new Uint8Array(0) }
  expect(await ask(['a'], {}, { branches: [branch, branch] })).toBe(
    "TypeError('dynamic batching does not support no_reduce')",
  )
})

test('in a hurry, what waits goes at once', async () => {
  const { ask, batcher } = batched(mark, { timeoutMs: 60_000 })
  const waiting = ask(['a'])
  batcher.hurry()
  expect(await waiting).toEqual(['a=ta'])
  expect(await ask(['b'], { other: 1 })).toEqual(['b=tb'])
})

test('whatever is asked together, nobody gets what is another’s, and no batch is larger than preferred', async () => {
  const request = fc.record({
    size: fc.nat(7),
    parameters: fc.constantFrom<object[]>({}, { a: 1 }),
    fails: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), async (asked, size) => {
      const { ask, sizes, calls } = batched(
        async (call) => {
          mark(call)
          await null
          if (call.docs.byId('bad')) throw new RangeError('bad')
        },
        { preferredBatchSize: size, timeoutMs: 0 },
      )
      const answers = await Promise.all(
        asked.map(({ size: count, parameters, fails }, n) =>
          ask([...ids(n * 10, count), ...(fails ? ['bad'] : [])], parameters),
        ),
      )
      for (const [n, answer] of answers.entries()) {
        // A batch with a bad document fails all that are in it; who answers has its own documents in its own order.
        if (asked[n]!.fails) expect(answer).toBe("RangeError('bad')")
        else if (answer !== "RangeError('bad')") expect(answer).toEqual(marked(ids(n * 10, asked[n]!.size)))
      }
      if (!asked.some((one) => one.fails)) expect(answers).not.toContain("RangeError('bad')")
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(size)
      for (const call of calls) expect([{}, { a: 1 }]).toContainEqual(call.parameters)
    }),
    { numRuns: 100 },
  )
})
