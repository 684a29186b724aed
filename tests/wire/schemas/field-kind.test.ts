/** What a JSON schema says of a field, in every way that schemas are written. */
import { expect, test } from 'bun:test'
import { describeField, describeFields, requiredOf } from '../../../lib/wire/schemas/field-kind.ts'

const root = {
  type: 'object',
  required: ['a', 5],
  properties: { a: { $ref: '#/$defs/Word' }, b: {} },
  $defs: {
    Word: { type: 'string' },
    Part: { type: 'object', properties: { x: { type: 'number' } } },
    Self: { $ref: '#/$defs/Self' },
    'a/b': { type: 'integer' },
  },
}
const TENSOR = { type: 'array', items: { type: 'number' }, 'tensor/array shape': 'any' }

test.each<[unknown, string, boolean]>([
  [{ type: 'string' }, 'text', false],
  [{ type: ['string', 'null'] }, 'text', true],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'text', true],
  [{ oneOf: [{ type: 'null' }, { type: 'integer' }] }, 'integer', true],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'any', false],
  [{ type: ['string', 'number', 'null'] }, 'any', true],
  [{ type: 'string', format: 'binary' }, 'blob', false],
  [{ type: 'string', contentEncoding: 'base64' }, 'blob', false],
  [{ type: 'number' }, 'number', false],
  [{ type: 'boolean' }, 'boolean', false],
  [{ enum: ['a', 'b'] }, 'text', false],
  [{ enum: [1, 2] }, 'integer', false],
  [{ enum: [1, 'a'] }, 'any', false],
  [{ const: true }, 'boolean', false],
  [TENSOR, 'tensor', false],
  [{ anyOf: [TENSOR, { type: 'null' }] }, 'tensor', true],
  [{ type: 'array', items: { type: 'string' } }, 'list', false],
  [{ type: 'array' }, 'list', false],
  [{ type: 'array', items: { $ref: '#/$defs/Part' } }, 'documents', false],
  [{ $ref: '#/$defs/Part' }, 'document', false],
  [{ anyOf: [{ $ref: '#/$defs/Part' }, { type: 'null' }] }, 'document', true],
  [{ type: 'object', properties: { x: {} } }, 'object', false],
  [{ $ref: '#/$defs/Word' }, 'text', false],
  [{ $ref: '#/$defs/a~1b' }, 'integer', false],
  [{ $ref: '#/$defs/Self' }, 'any', false],
  [{ $ref: '#/nowhere' }, 'any', false],
  [{}, 'any', false],
  [true, 'any', false],
  [null, 'any', false],
])('%j is %s', (schema, kind, nullable) => {
  const described = describeField(schema, root)
  expect([described.kind, described.nullable]).toEqual([kind as never, nullable])
})

test('a document knows its own schema, through lists and choices', () => {
  for (const schema of [
    { $ref: '#/$defs/Part' },
    { anyOf: [{ $ref: '#/$defs/Part' }, { type: 'null' }] },
    { type: 'array', items: { $ref: '#/$defs/Part' } },
  ])
    expect(describeField(schema, root).document?.properties).toEqual({ x: { type: 'number' } })
})

test('fields and required names of a schema, whatever else it is', () => {
  expect([...describeFields(root)].map(([name, { kind }]) => [name, kind])).toEqual([
    ['a', 'text'],
    ['b', 'any'],
  ])
  expect([...requiredOf(root)]).toEqual(['a'])
  expect([describeFields({}).size, requiredOf({ required: 'a' }).size]).toEqual([0, 0])
})
