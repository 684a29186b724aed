/** An executor in the very process that asks for it. */
import { expect, test } from 'bun:test'
import { Executor } from '../../lib/executor/executor.ts'
import { makeHere } from '../../lib/executor/make-here.ts'

class Adds extends Executor {
  static override requests = { '/add': 'add' }
  readonly word: unknown
  constructor({ word }: { word?: string } = {}) {
    super()
    this.word = word
  }
  add() {}
}

test('it is made with what it is told, and knows it', () => {
  const { executor, table } = makeHere(Adds, {
    usesWith: { word: 'x' },
    usesMetas: { description: 'adds' },
    usesRequests: { '/more': 'add' },
    name: 'one',
    workspace: '/kept',
  })
  expect([executor.word, executor.name, executor.metas]).toEqual(['x', 'one', { name: 'Adds', description: 'adds' }])
  expect(executor.runtimeArgs).toMatchObject({ name: 'one/rep-0', workspace: '/kept' })
  expect(Object.fromEntries(table)).toMatchObject({ '/more': 'add' })
  expect(executor.requests).toEqual(Object.fromEntries(table))
})

test('left out, all has a default', () => {
  const { executor } = makeHere(Adds)
  expect([executor.word, executor.name]).toEqual([undefined, 'executor0'])
})

test('a binding to no method is told', () => {
  expect(() => makeHere(Adds, { usesRequests: { '/x': 'none' } })).toThrow('none')
})
