/** From a call's message to its answer: what methods return, and what they throw. */
import { describe, expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import type { ExecutorCall } from '../../lib/executor/call.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { createInvoker } from '../../lib/executor/invoke.ts'
import type { AnswerMessage, CallMessage } from '../../lib/link/messages.ts'
import { decodeValue } from '../../lib/protobuf/struct.ts'
import { decodeStatus } from '../../lib/wire/status.ts'

const EMPTY = new Uint8Array(0)
const dataOf = (...texts: string[]) => encodeData(new DocumentArray(texts.map((text) => ({ id: text, text }))))

function answerOf(
  method: (call: ExecutorCall) => unknown,
  message: Partial<CallMessage> = {},
  table = new Map([['/x', 'run']]),
): Promise<AnswerMessage> {
  class Mine extends Executor {
    run(call: ExecutorCall) {
      return method(call)
    }
  }
  const branches = [{ name: 'gateway', data: dataOf('a', 'b') }]
  const call = { endpoint: '/x', trace: '', deadline: 0, parameters: EMPTY, branches, ...message }
  return new Promise((resolve) => createInvoker(new Mine(), 'Mine', table)(call, resolve))
}

const texts = (answer: AnswerMessage) => decodeData(answer.data).texts
const UNCHANGED = { failed: false, unchanged: true, extra: EMPTY, data: EMPTY }

describe('documents', () => {
  test.each([
    ['they are changed', ({ docs }: ExecutorCall) => void docs.push('c'), ['a', 'b', 'c']],
    ['others are returned, though none was read', () => new DocumentArray(['one']), ['one']],
    ['a part of them is', ({ docs }: ExecutorCall) => [docs.at(1)!, new Document('new')], ['b', 'new']],
  ])('are answered in the dialect of the call when %s', async (_, method, expected) => {
    for (const dialect of ['v1', 'v2'] as const) {
      const data = encodeData(decodeData(dataOf('a', 'b')), dialect)
      const answer = decodeData((await answerOf(method, { branches: [{ name: 'gateway', data }] })).data)
      expect([answer.dialect, answer.texts]).toEqual([dialect, expected])
    }
  })

  test.each([
    ['nothing is read', () => {}],
    ['null is returned', () => null],
    ['they are only read', ({ docs }: ExecutorCall) => void docs.map((doc) => doc.text)],
    ['they are returned as they are', ({ docs }: ExecutorCall) => docs],
    ['a promise of nothing', async ({ docs }: ExecutorCall) => void docs.length],
  ])('are not sent back when %s', async (_, method) => {
    expect(await answerOf(method)).toEqual(UNCHANGED)
  })

  test.each([
    ['changed in place', ({ docs }: ExecutorCall) => void docs.map((doc) => (doc.text += '!')), ['a!', 'b!']],
    [
      'changed after a wait',
      ({ docs }: ExecutorCall) => Promise.resolve().then(() => void docs.push('c')),
      ['a', 'b', 'c'],
    ],
    ['a DocumentArray', () => new DocumentArray(['one']), ['one']],
    ['an empty one', () => new DocumentArray(), []],
    ['a part of them', ({ docs }: ExecutorCall) => docs.slice(1), ['b']],
    ['a Document', () => new Document('single'), ['single']],
    ['a list of Documents', ({ docs }: ExecutorCall) => [docs.at(1)!, new Document('new')], ['b', 'new']],
    ['an empty list', () => [], []],
    ['a promise of one', async () => new Document('later'), ['later']],
    [
      'what is like a promise',
      // biome-ignore lint/suspicious/noThenProperty: what is under test
      () => ({ then: (done: (value: unknown) => void) => done(new Document('then')) }),
      ['then'],
    ],
  ])('are those that the method left or gave: %s', async (_, method, expected) => {
    const answer = await answerOf(method)
    expect([answer.failed, answer.unchanged, answer.extra.length]).toEqual([false, false, 0])
    expect(texts(answer)).toEqual(expected)
  })

  test('of several branches come back as one', async () => {
    const branches = [
      { name: 'left', data: dataOf('a') },
      { name: 'right', data: dataOf('a', 'b') },
    ]
    expect(texts(await answerOf(() => {}, { branches }))).toEqual(['a', 'a', 'b'])
    expect(texts(await answerOf(({ docsMatrix }) => void docsMatrix[1]!.push('c'), { branches }))).toEqual([
      'a',
      'a',
      'b',
      'c',
    ])
    expect(texts(await answerOf(() => {}, { branches, endpoint: '/other' }))).toEqual(['a', 'a', 'b'])
  })

  test('that are not there are answered with none, the field present', async () => {
    const branches = [{ name: 'gateway', data: EMPTY }]
    for (const method of [() => {}, ({ docs }: ExecutorCall) => void docs.length, () => ({ n: 1 })]) {
      const answer = await answerOf(method, { branches })
      expect([answer.unchanged, [...answer.data]]).toEqual([false, [0x0a, 0]])
    }
    expect(texts(await answerOf(({ docs }) => void docs.push('made'), { branches }))).toEqual(['made'])
  })
})

test('an object is a result beside the documents', async () => {
  const answer = await answerOf(({ docs }) => {
    docs[0] = 'changed'
    return { total: docs.length, list: [1, null] }
  })
  expect(decodeValue(answer.extra)).toEqual({ total: 2, list: [1, null] })
  expect(texts(answer)).toEqual(['changed', 'b'])
  expect(await answerOf(() => ({}))).toMatchObject({ unchanged: true, failed: false })
})

describe('endpoints', () => {
  const table = new Map([
    ['/x', 'run'],
    ['/default', 'run'],
  ])
  const run = () => new Document('ran')

  test('without a method go to the default one, else pass', async () => {
    expect(texts(await answerOf(run, { endpoint: '/other' }, table))).toEqual(['ran'])
    expect(texts(await answerOf(run, { endpoint: '/default' }, table))).toEqual(['ran'])
    expect(await answerOf(run, { endpoint: '/other' })).toEqual(UNCHANGED)
    expect(await answerOf(run, { endpoint: '/x/' })).toEqual(UNCHANGED)
  })

  test('the dry run calls nobody', async () => {
    expect(await answerOf(run, { endpoint: '_jina_dry_run_' }, table)).toEqual(UNCHANGED)
  })
})

test('a synchronous method is answered before the invoker returns', () => {
  class Mine extends Executor {
    run() {}
  }
  let answered = false
  const invoke = createInvoker(new Mine(), 'Mine', new Map([['/x', 'run']]))
  const branches = [{ name: '', data: dataOf('a') }]
  invoke({ endpoint: '/x', trace: '', deadline: 0, parameters: EMPTY, branches }, () => (answered = true))
  expect(answered).toBe(true)
})

describe('failures', () => {
  test.each([
    [5, '5'],
    ['text', '"text"'],
    [true, 'true'],
    [new Map(), 'a Map'],
    [[new Document(), 'text'], 'a list of other things'],
    [new Uint8Array(2), 'a Uint8Array'],
    [() => {}, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create({ own: null }), 'a Object'],
  ])('a result that is none, case %#', async (value, shown) => {
    const answer = await answerOf(() => value)
    const { description, exception } = decodeStatus(answer.extra)
    expect([answer.failed, answer.unchanged]).toEqual([true, true])
    expect(exception).toMatchObject({ name: 'TypeError', executor: 'Mine' })
    expect(exception!.args).toEqual([expect.stringContaining(`Dict / \`None\`, but getting ${shown}`)])
    expect(exception!.args[0]).toStartWith('The return type must be DocumentArray')
    expect(exception!.args[0]).toContain('Mine.run')
    expect(description).toStartWith('TypeError(')
  })

  test('a result that has no place on the wire names its path', async () => {
    const answer = await answerOf(() => ({ deep: [{ when: new Date(0) }] }))
    expect(decodeStatus(answer.extra).exception!.args[0]).toContain('deep[0].when')
  })

  test.each([
    [
      'throws',
      () => {
        throw new RangeError('boom')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('boom'))],
  ])('a method that %s', async (_, method) => {
    const answer = await answerOf(method)
    expect(answer).toMatchObject({ failed: true, unchanged: true })
    const { code, description, exception } = decodeStatus(answer.extra)
    expect([code, description]).toEqual([1, "RangeError('boom')"])
    expect(exception).toMatchObject({ name: 'RangeError', args: ['boom'], executor: 'Mine' })
  })

  test('the documents of a failed call go back as they came, however far the method was', async () => {
    const answer = await answerOf(({ docs }) => {
      docs[0] = 'half done'
      docs.push(new Document({ text: 'more' }))
      throw new Error('then')
    })
    expect(answer).toMatchObject({ failed: true, unchanged: true })
    const branches = [
      { name: 'left', data: dataOf('a') },
      { name: 'right', data: dataOf('b') },
    ]
    const several = await answerOf(
      ({ docs }) => {
        docs[0] = 'half done'
        throw new Error('then')
      },
      { branches },
    )
    expect([several.failed, several.unchanged, texts(several)]).toEqual([true, false, ['a']])
  })

  test('documents that cannot be written fail the call, and go back as they came', async () => {
    const answer = await answerOf(({ docs }) => void (docs.at(0)!.tags = { when: new Date(0) }))
    expect(answer).toMatchObject({ failed: true, unchanged: true })
    expect(decodeStatus(answer.extra).exception!.args[0]).toContain('when')
  })

  test('bytes that are no documents fail the call that reads them', async () => {
    const branches = [{ name: '', data: Uint8Array.from([0x0a, 0x7f]) }]
    expect(await answerOf(({ docs }) => void docs.length, { branches })).toMatchObject({
      failed: true,
      unchanged: true,
    })
    expect(await answerOf(() => {}, { branches })).toEqual(UNCHANGED)
  })
})
