import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { percentEncode } from '../../../../lib/servers/grpc/http2/status-text.ts'

test.each([
  ['plain text!~', 'plain text!~'],
  ['100 %', '100 %25'],
  ['über\n', '%C3%BCber%0A'],
  ['', ''],
])('%p is sent as %p', (text, encoded) => {
  expect(percentEncode(text)).toBe(encoded)
})

test('is printable ASCII, and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = percentEncode(text.toWellFormed())
      expect(encoded).toMatch(/^[\x20-\x7e]*$/)
      expect(decodeURIComponent(encoded)).toBe(text.toWellFormed())
    }),
  )
})
