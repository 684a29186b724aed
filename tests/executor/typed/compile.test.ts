/** JSON schema as a check: where something is wrong, in words that say what should be there. */

import { describe, expect, test } from 'bun:test'
import { pathText } from '../../../lib/config/given.ts'
import { compile } from '../../../lib/executor/typed/compile.ts'
import { type Problem, sentence } from '../../../lib/executor/typed/problem.ts'

const said = (schema: object, value: unknown): string | null => {
  const problem: Problem | null = compile(schema as Record<string, unknown>, 'XInput')(value)
  return problem && `${pathText(problem.path)}: ${sentence(problem)}`
}
const field = (schema: object, more: object = {}) => ({ type: 'object', properties: { a: schema }, ...more })

describe('what does not fit', () => {
  test.each<[object, unknown, string]>([
    [{ type: 'integer' }, 1.5, 'a: must be an integer, not 1.5'],
    [{ type: ['string', 'null'] }, 5, 'a: must be a text or null, not 5'],
    [{ enum: ['red', 'blue'] }, 'green', 'a: must be one of "red", "blue", not "green"'],
    [{ const: 3 }, 4, 'a: must be 3, not 4'],
    [{ minimum: 3 }, 2, 'a: must be at least 3, not 2'],
    [{ exclusiveMaximum: 3 }, 3, 'a: must be less than 3, not 3'],
    [{ multipleOf: 2 }, 3, 'a: must be a multiple of 2, not 3'],
    [{ minLength: 3 }, 'ab', 'a: must have at least 3 characters, not "ab"'],
    [{ maxItems: 1 }, [1, 2], 'a: must have at most 1 items, not [1,2]'],
    [{ type: 'string', pattern: '^a' }, 'b', 'a: must match ^a, not "b"'],
    [{ type: 'array', items: { type: 'integer' } }, [1, 'x'], 'a[1]: must be an integer, not "x"'],
    [{ type: 'array', prefixItems: [{ type: 'string' }] }, [5], 'a[0]: must be a text, not 5'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, true, 'a: must be a text or an integer, not true'],
    [{ properties: { b: { type: 'number' } }, required: ['b'] }, {}, 'a.b: is missing, and has no default'],
    [{ type: 'string' }, 'x'.repeat(0) || ['x'.repeat(100)], `a: must be a text, not ["${'x'.repeat(38)}…`],
  ])('%j', (schema, value, message) => {
    expect(said(field(schema), { a: value })).toBe(message)
  })

  test('through references, also where they lead back', () => {
    const $defs = { Tree: { type: 'object', properties: { below: { $ref: '#/$defs/Tree' }, n: { type: 'integer' } } } }
    const schema = field({ $ref: '#/$defs/Tree' }, { $defs })
    expect(said(schema, { a: { below: { below: { n: 1 } } } })).toBeNull()
    expect(said(schema, { a: { below: { below: { n: 'x' } } } })).toBe('a.below.below.n: must be an integer, not "x"')
  })
})

test('formats are told and not checked, whatever they are; a property may be named so', () => {
  expect(said(field({ type: 'string', format: 'email' }), { a: 'no mail' })).toBeNull()
  expect(said(field({ type: 'string', format: 'of my own', default: { format: 'x' } }), { a: 'x' })).toBeNull()
  expect(said({ type: 'object', properties: { format: { type: 'integer' } } }, { format: 'x' })).toBe(
    'format: must be an integer, not "x"',
  )
})

test('keywords of docarray and of libraries are passed over', () => {
  expect(said(field({ type: 'array', items: { type: 'number' }, 'tensor/array shape': 'any' }), { a: [1] })).toBeNull()
})

test.each<[object, string]>([
  [field({ type: 'text' }), 'Unknown type: "text"'],
  [field({ $ref: '#/$defs/Nothing' }), '#/$defs/Nothing'],
  [field({ type: 'string', pattern: '(' }), 'missing )'],
])('%j is no schema', (schema, why) => {
  expect(() => compile(schema as Record<string, unknown>, 'XInput')).toThrow(
    `XInput is declared by what is no JSON schema`,
  )
  expect(() => compile(schema as Record<string, unknown>, 'XInput')).toThrow(why)
})
