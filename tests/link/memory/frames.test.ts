/** Numbers and places come out as they went in, and nothing else does. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeNumbers, decodePlace, encodeNumbers, encodePlace } from '../../../lib/link/memory/frames.ts'

const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })

test('numbers', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 5 }), (values) => {
      const payload = encodeNumbers(...values)
      expect(decodeNumbers(payload, values.length)).toEqual(values)
      expect(() => decodeNumbers(payload, values.length + 1)).toThrow(`bytes for ${values.length + 1} numbers`)
    }),
  )
})

test('a place', () => {
  const payload = encodePlace('/proc/12/fd/34', 5, 6)
  expect(decodePlace(payload, 2)).toEqual({ path: '/proc/12/fd/34', values: [5, 6] })
})

test.each(['', '/etc/passwd', '/proc/self/fd/3', '/proc/1/fd/3/../4', '/proc/1/fd/3\n', 'proc/1/fd/3'])(
  '%j is no place that an end of a link would name',
  (path) => {
    expect(() => decodePlace(encodePlace(path, 1), 1)).toThrow(JSON.stringify(path))
  },
)
