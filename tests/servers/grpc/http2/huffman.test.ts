import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeHuffman, encodeHuffman, huffmanLength } from '../../../../lib/servers/grpc/http2/huffman.ts'

const decode = (hex: string): string | null => {
  const bytes = Buffer.from(hex, 'hex')
  return decodeHuffman(bytes, 0, bytes.length)
}
const encode = (text: string): Buffer => {
  const out = Buffer.alloc(huffmanLength(text))
  expect(encodeHuffman(text, out, 0)).toBe(out.length)
  return out
}

// RFC 7541, appendix C.
test.each([
  ['f1e3c2e5f23a6ba0ab90f4ff', 'www.example.com'],
  ['a8eb10649cbf', 'no-cache'],
  ['25a849e95ba97d7f', 'custom-key'],
  ['25a849e95bb8e8b4bf', 'custom-value'],
  ['6402', '302'],
  ['aec3771a4b', 'private'],
  ['d07abe941054d444a8200595040b8166e082a62d1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ['9d29ad171863c78f0b97c8e9ae82ae43d3', 'https://www.example.com'],
])('%s is %s', (hex, text) => {
  expect(decode(hex)).toBe(text)
  expect(encode(text).toString('hex')).toBe(hex)
})

test('any text comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = Buffer.from(bytes).toString('latin1')
      const coded = encode(text)
      expect(decodeHuffman(coded, 0, coded.length)).toBe(text)
    }),
  )
})

test('whatever is read is what its text would be written as: no second way to write it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = decodeHuffman(bytes, 0, bytes.length)
      if (text !== null) expect(encode(text)).toEqual(Buffer.from(bytes))
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['1fff', 'padding of more than seven bits'],
  ['18', 'padding that is not ones'],
  ['fffffffc', 'the end of the string (EOS) within it'],
])('%s is no text: %s', (hex) => {
  expect(decode(hex)).toBeNull()
})
