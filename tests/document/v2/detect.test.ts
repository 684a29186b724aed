import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeData, encodeData } from '../../../lib/document/data-content.ts'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { detectDialect } from '../../../lib/document/v2/detect.ts'
import { encodeWith } from '../../../lib/protobuf/reverse-writer.ts'

const told = (bytes: Uint8Array) => detectDialect(bytes, 0, bytes.length)

test('documents of the first dialect are told by their id, however short, or by any other field', () => {
  for (const id of ['a', '0', 'f'.repeat(32), '\n', '\n\u0001', '\n\u0003abc\u0012', 'ü', ' x']) {
    expect(told(new Document({ id }).toBytes())).toBe('v1')
  }
  fc.assert(fc.property(fc.uuid(), (id) => told(new Document({ id }).toBytes()) === 'v1'))
  const hidden = new Document({ id: '\n\u0001a\u0012\u0003\n\u0001x', text: 'b' })
  expect(told(hidden.toBytes())).toBe('v1')
})

test('bytes that are neither are left to who reads them', () => {
  expect(told(Uint8Array.of(0x0a, 0x7f, 0x0a))).toBe('v1')
  fc.assert(fc.property(fc.uint8Array(), (bytes) => ['v1', 'v2', undefined].includes(told(bytes))))
})

test('where the documents tell nothing, the hint decides; an array of none keeps it', () => {
  expect(told(new Uint8Array(0))).toBeUndefined()
  expect(told(Uint8Array.of(0x0a, 0))).toBeUndefined()
  const blank = Uint8Array.of(0x0a, 2, 0x0a, 0)
  expect([decodeData(blank).dialect, decodeData(blank, 'v2').dialect]).toEqual(['v1', 'v2'])
  const none = encodeData(new DocumentArray())
  expect([decodeData(none).dialect, decodeData(none, 'v2').dialect]).toEqual([undefined, 'v2'])
  const second = encodeData(new DocumentArray(['a']), 'v2')
  expect(decodeData(second, 'v1').dialect).toBe('v2')
  const later = encodeWith((writer) => {
    writer.raw(second.subarray(2))
    writer.raw(Uint8Array.of(0x0a, 0))
    writer.close(1, 0)
  })
  expect(decodeData(later).dialect).toBe('v2')
})
