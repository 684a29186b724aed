/** Tags and parameters as JSON, read back by JSON.parse and as Python tells floats from integers. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { structJson } from '../../lib/document/struct-json.ts'
import { decodeStruct, encodeStruct } from '../../lib/protobuf/struct.ts'

test('whole numbers have their fraction, wherever they stand', () => {
  const bytes = encodeStruct({
    one: 1,
    half: 0.5,
    list: [0, [-2]],
    deep: { three: 3, yes: true, none: null, text: '1' },
  })
  expect(structJson(bytes)).toBe(
    '{"one":1.0,"half":0.5,"list":[0.0,[-2.0]],"deep":{"three":3.0,"yes":true,"none":null,"text":"1"}}',
  )
})

test.each([
  [-0, '-0.0'],
  [2 ** 53, '9007199254740992.0'],
  [1e21, '1e+21'],
  [1.5e-7, '1.5e-7'],
  [Number.NaN, 'null'],
  [Number.NEGATIVE_INFINITY, 'null'],
])('%p is written %p', (value, text) => {
  expect(structJson(encodeStruct({ value }))).toBe(`{"value":${text}}`)
})

test('nothing is an empty object', () => {
  expect(structJson(new Uint8Array(0))).toBe('{}')
})

test('any Struct is the JSON that JSON.stringify makes of it, but for the fractions', () => {
  const value = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }))
  fc.assert(
    fc.property(value, (object) => {
      const bytes = encodeStruct(object)
      const text = structJson(bytes)
      expect(JSON.parse(text)).toEqual(decodeStruct(bytes))
      // Outside of texts no whole number is left that Python would read as an integer.
      expect(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(/[[:,]-?\d+[\],}]/)
    }),
  )
})
