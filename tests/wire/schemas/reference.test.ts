import { expect, test } from 'bun:test'
import { targetOf } from '../../../lib/wire/schemas/reference.ts'

const root = { $defs: { 'a/b~c': { type: 'string' }, list: { anyOf: [{ type: 'null' }, { type: 'number' }] } } }

test.each([
  ['#', root],
  ['#/$defs/a~1b~0c', { type: 'string' }],
  ['#/$defs/list/anyOf/1', { type: 'number' }],
  ['#/$defs/nobody', undefined],
  ['#/constructor', undefined],
  ['#/$defs/list/anyOf/1/type/deeper', undefined],
  ['elsewhere.json#/$defs/list', undefined],
])('%s', (reference, target) => {
  expect(targetOf(reference, root)).toEqual(target as never)
})
