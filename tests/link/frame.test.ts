/** The head of a frame, byte by byte: both ends, and every version of them, must agree on it. */
import { expect, test } from 'bun:test'
import { FLAG_CHUNK, HEAD, isKind, Kind, lengthOf, writeHead } from '../../lib/link/frame.ts'

test('length, call, kind, flags, spare; little endian', () => {
  const bytes = new Uint8Array(HEAD + 1).fill(255)
  writeHead(new DataView(bytes.buffer), 1, 0x01020304, 0x05060708, Kind.credit, FLAG_CHUNK)
  expect([...bytes]).toEqual([255, 4, 3, 2, 1, 8, 7, 6, 5, 6, 1, 0, 0])
})

test('only the listed kinds are kinds', () => {
  const known = Array.from({ length: 256 }, (_, n) => n).filter(isKind)
  expect(known).toEqual(Object.values(Kind))
})

test('the length of parts is their sum', () => {
  expect(lengthOf([])).toBe(0)
  expect(lengthOf([new Uint8Array(3), new Uint8Array(0), new Uint8Array(4)])).toBe(7)
})
