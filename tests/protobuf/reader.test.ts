import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { XserveError } from '../../lib/errors.ts'
import { Reader, readText } from '../../lib/protobuf/reader.ts'

const read = (...bytes: number[]) => new Reader(Uint8Array.from(bytes))

test('numbers are read up to 2^53', () => {
  expect(read(0).varint()).toBe(0)
  expect(read(0xac, 0x02).varint()).toBe(300)
  expect(read(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f).varint()).toBe(2 ** 53 - 1)
})

test('text of all kinds and lengths is what Node makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(3), (text, offset) => {
      const bytes = Buffer.concat([Buffer.alloc(offset, 1), Buffer.from(text), Buffer.alloc(2, 2)])
      expect(readText(new Uint8Array(bytes), offset, bytes.length - 2)).toBe(text.toWellFormed())
    }),
  )
  expect(readText(Buffer.from('\uFEFFbom'), 0, 6)).toBe('\uFEFFbom')
  expect(readText(Uint8Array.of(0x61, 0xff, 0x62), 0, 3)).toBe('a\uFFFDb')
})

test.each([
  ['a number that does not end', () => read(0x80).varint()],
  ['a number of more than ten bytes', () => read(...new Array(11).fill(0x80)).varint()],
  ['field number 0', () => read(0x02, 0).tag()],
  ['a field longer than the message', () => read(0x05, 1, 2).content()],
  ['a float that is cut', () => read(1, 2, 3).float()],
  ['a double that is cut', () => read(1, 2, 3, 4, 5, 6, 7).double()],
  ['a group', () => read(0x0b).skip(0x0b)],
])('%s is refused', (_, act) => {
  expect(act).toThrow(XserveError)
  expect(act).toThrow(/malformed protobuf/)
})

test('skipping ends behind each kind of field', () => {
  for (const [tag, bytes] of [
    [0x08, [0xff, 0x01]],
    [0x09, [1, 2, 3, 4, 5, 6, 7, 8]],
    [0x0a, [2, 9, 9]],
    [0x0d, [1, 2, 3, 4]],
  ] as const) {
    const reader = read(...bytes, 7)
    reader.skip(tag)
    expect(reader.at).toBe(bytes.length)
  }
})
