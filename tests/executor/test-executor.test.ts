/** Executors in a test of their own: called as they would be served, in this process. */
import { expect, test } from 'bun:test'
import type { DocumentArray } from '../../lib/document/document-array.ts'
import { Executor } from '../../lib/executor/executor.ts'
import { requests } from '../../lib/executor/requests.ts'
import { testExecutor } from '../../lib/executor/test-executor.ts'

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
