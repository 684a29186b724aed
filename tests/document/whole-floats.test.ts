import { expect, test } from 'bun:test'
import { isKeepingFloats, isWholeFloat, keepingFloats, wholeFloat } from '../../lib/document/whole-floats.ts'

test('floats are kept within the function alone, whatever becomes of it', () => {
  expect(keepingFloats(isKeepingFloats)).toBe(true)
  expect(() =>
    keepingFloats(() => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(isKeepingFloats()).toBe(false)
})

test.each([
  [2, '2.0'],
  [-0, '-0.0'],
  [1e21, '1e+21'],
])('%p is written %p', (value, text) => {
  expect(JSON.stringify([wholeFloat(value)])).toBe(`[${text}]`)
})

test('it is told from other objects', () => {
  expect([isWholeFloat(wholeFloat(1) as object), isWholeFloat({ rawJSON: '1.0' })]).toEqual([true, false])
})
