/** Names and values that no other process would get as they are. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { badVariable, checkPlain } from '../../lib/config/bad-entry.ts'
import { fromProgram, memberOf } from '../../lib/config/given.ts'
import { createProblems, sentence } from '../../lib/config/problems.ts'

test.each([
  ['A', 'x=y\n', null],
  ['a.b-c', '', null],
  ['', 'x', /cannot name a variable/],
  ['A=B', 'x', /cannot name a variable/],
  ['A', 'x\0y', /NUL/],
])('variable %j = %j', (name, value, wrong) => {
  if (wrong === null) expect(badVariable(name, value)).toBeNull()
  else expect(badVariable(name, value)).toMatch(wrong)
})

describe('checkPlain()', () => {
  const told = (value: unknown) => {
    const problems = createProblems()
    checkPlain(memberOf(fromProgram({ usesWith: value }), 'usesWith'), problems)
    return problems.found.map(sentence)
  }
  const circle: Record<string, unknown> = {}
  circle.again = [circle]

  test.each<[string, unknown, string]>([
    ['NaN', { a: [1, Number.NaN] }, 'usesWith.a[1]: NaN does not reach'],
    ['Infinity', { a: Number.POSITIVE_INFINITY }, 'usesWith.a: Infinity does not reach'],
    ['a function', { a: { f: () => 1 } }, 'usesWith.a.f: a function does not reach'],
    ['a bigint', { a: 1n }, 'usesWith.a: a bigint does not reach'],
    ['a symbol', { a: Symbol('x') }, 'usesWith.a: a symbol does not reach'],
    ['a Map', { a: new Map() }, 'usesWith.a: an instance of Map does not reach'],
    ['numbers in memory', { a: new Float32Array(2) }, 'usesWith.a: an instance of Float32Array does not reach'],
    ['bytes', { a: Buffer.from('x') }, 'usesWith.a: an instance of Buffer does not reach'],
    ['an expression', { a: /x/ }, 'usesWith.a: an instance of RegExp does not reach'],
    ['a circle', circle, 'usesWith.again[0]: it holds itself'],
  ])('%s is told of with its place', (_, value, problem) =>
    expect(told(value)).toEqual([expect.stringContaining(problem)]),
  )

  test('whatever JSON has passes, the same thing twice, dates, and what is left out', () => {
    const twice = { a: 1 }
    expect(
      told({ one: twice, two: [twice, twice], when: new Date(0), where: new URL('http://a/'), none: undefined }),
    ).toEqual([])
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => expect(told(value)).toEqual([])))
  })
})
