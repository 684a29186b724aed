import { expect, test } from 'bun:test'
import { isObject, isPlainObject } from '../lib/objects.ts'

class Mine {}
const values = {
  plain: {},
  bare: Object.create(null),
  mine: new Mine(),
  date: new Date(),
  list: [],
  null: null,
  text: 'a',
}
const named = (is: (value: unknown) => boolean) =>
  Object.entries(values).flatMap(([name, value]) => (is(value) ? [name] : []))

test('objects as JSON knows them, and those that somebody has written out', () => {
  expect(named(isObject)).toEqual(['plain', 'bare', 'mine', 'date'])
  expect(named(isPlainObject)).toEqual(['plain', 'bare'])
})
