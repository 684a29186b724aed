import { expect, test } from 'bun:test'
import { SchemaNames } from '../../../lib/executor/typed/schema-names.ts'

const schema = (properties: object, more: object = {}) => ({
  name: 'Thing',
  model: { type: 'object', properties, ...more } as Readonly<Record<string, unknown>>,
})

test('two schemas of one name with other fields get two names; with the same fields they are one', () => {
  const names = new SchemaNames()
  const name = (given: ReturnType<typeof schema> | null) => names.distinct(given)?.name
  expect(name(schema({ a: { type: 'string' } }))).toBe('Thing')
  expect(name(schema({ a: { type: 'string' } }, { required: ['a'] }))).toBe('Thing')
  expect(name(schema({ a: { type: 'integer' } }))).toBe('Thing2')
  expect(name(schema({ b: { type: 'integer' } }))).toBe('Thing3')
  expect(name(schema({ a: { type: 'integer' } }))).toBe('Thing2')
  expect(name(null)).toBeUndefined()
})
