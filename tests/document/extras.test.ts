import { expect, test } from 'bun:test'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { isUnset, NAMED_SO, withExtras } from '../../lib/document/extras.ts'

test('what is as well left out', () => {
  const values = [undefined, null, '', 0, [], {}, new DocumentArray()]
  expect(values.map(isUnset)).toEqual(values.map(() => true))
})

test('and what is not', () => {
  const values = [false, ' ', -1, [0], { a: undefined }, new Uint8Array(0), new DocumentArray(['a'])]
  expect(values.map(isUnset)).toEqual(values.map(() => false))
})

test('fields beside go among the tags, but for marks, and for what the properties say', () => {
  const tags = { old: 1 }
  expect(withExtras(tags, undefined)).toBe(tags)
  expect(withExtras(tags, { bytes_: NAMED_SO, text: '', granularity: 3 })).toBe(tags)
  expect(withExtras(tags, { price: 0, none: null, blob: Uint8Array.of(1), weight: 'heavy' })).toEqual({
    old: 1,
    price: 0,
    none: null,
    blob: 'AQ==',
    weight: 'heavy',
  })
})
