/** Executors in a test of their own: called as they would be served, in this process. */
import { expect, test } from 'bun:test'
import type { Document } from '../../lib/document/document.ts'
import type { DocumentArray } from '../../lib/document/document-array.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { requests } from '../../lib/executor/requests.ts'
import { testExecutor } from '../../lib/executor/test-executor.ts'

const Long = {
  title: 'Long',
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', minLength: 3 } },
} as const

class Greets extends Executor {
  word: string
  closed = 0
  ready = false

  constructor({ word = 'hello' }: { word?: string } = {}) {
    super()
    this.word = word
  }

  override async init() {
    this.ready = true
  }

  @requests({ on: '/greet' })
  greet({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = `${this.word} ${doc.text}`
  }

  @requests({ on: '/count' })
  count({ docs, parameters }: { docs: DocumentArray; parameters: Record<string, unknown> }) {
    return { count: docs.length, parameters, ready: this.ready }
  }

  @requests({ on: '/shorten', input: Long })
  shorten({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) doc.text = doc.text?.slice(1)
  }

  @requests({ on: '/parts' })
  *parts({ doc }: { doc: Document }) {
    yield `${doc.text} 1`
    yield `${doc.text} 2`
  }

  @requests({ on: '/fail' })
  fail() {
    throw new RangeError('not today')
  }

  override close() {
    this.closed++
  }
}

test('documents, results, errors, and close() once', async () => {
  const tested = testExecutor(Greets, { usesWith: { word: 'hi' } })
  expect((await tested.post('/greet', ['Ada', { text: 'Grace' }])).texts).toEqual(['hi Ada', 'hi Grace'])
  expect((await tested.post('/nowhere', ['same'])).texts).toEqual(['same'])
  const { result } = await tested.call('/count', ['a'], { parameters: { k: 1, executor0__mine: 2, other__k: 3 } })
  expect(result).toEqual({ count: 1, parameters: { k: 1, mine: 2 }, ready: true })
  await expect(tested.post('/fail')).rejects.toThrow('not today')
  await tested.close()
  await tested.close()
  expect(tested.executor.closed).toBe(1)
})

test('what an endpoint has declared is checked as when it is served; all that a generator yields comes in one', async () => {
  await using tested = testExecutor(Greets)
  expect((await tested.post('/shorten', ['four'])).texts).toEqual(['our'])
  expect(tested.post('/shorten', ['long', 'no'])).rejects.toMatchObject({
    code: 'ANSWER_FAILED',
    message: expect.stringContaining('docs[1].text'),
  })
  expect((await tested.post('/parts', ['a', 'b'])).texts).toEqual(['a 1', 'a 2', 'b 1', 'b 2'])
})
