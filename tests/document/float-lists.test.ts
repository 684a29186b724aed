import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { hasFloat, parseKeepingFloats } from '../../lib/document/float-lists.ts'
import { Tensor } from '../../lib/document/tensor.ts'

const dtype = (text: string) => Tensor.from(parseKeepingFloats(text) as number[]).dtype

test.each([
  ['[1.0, 2.0]', '<f8'],
  ['[1, 2.0]', '<f8'],
  ['[1, 2]', '<i8'],
  ['[0.5, 1]', '<f8'],
  ['[[1, 2], [3.0, 4]]', '<f8'],
  ['[[1, 2], [3, 4]]', '<i8'],
  ['[2e3]', '<f8'],
  ['[1.50E1]', '<f8'],
  ['[-0.0]', '<f8'],
  ['[]', '<f8'],
  ['[true, false]', '|b1'],
])('%s is %s, as numpy has it', (text, expected) => {
  expect(dtype(text)).toBe(expected)
})

test('lists are told apart in one text; what is no number, and numbers in texts, count for nothing', () => {
  const value = parseKeepingFloats('{"a": [1.0], "b": [1], "c": ["2.0"], "d": 3.0, "e": {"f": [[4.0], [5]]}}') as {
    a: number[]
    b: number[]
    c: string[]
    e: { f: number[][] }
  }
  expect([value.a, value.b, value.c, ...value.e.f].map(hasFloat)).toEqual([true, false, false, true, false])
  expect(hasFloat([1.5])).toBe(false)
})

test('the value is that of JSON.parse, and so is the error', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      expect(parseKeepingFloats(text)).toEqual(JSON.parse(text))
    }),
  )
  expect(() => parseKeepingFloats('[1.0,')).toThrow(SyntaxError)
})
