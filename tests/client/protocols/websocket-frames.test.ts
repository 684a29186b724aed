import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createFrameReader, encodeFrame, type Frame, OPCODE } from '../../../lib/client/protocols/websocket-frames.ts'
import { XserveError } from '../../../lib/errors.ts'

/** The same frame as a server writes it. */
function unmasked(frame: Buffer): Buffer {
  const short = frame[1]! & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  const key = frame.subarray(start, start + 4)
  const head = Buffer.from(frame.subarray(0, start))
  head[1] = head[1]! & 0x7f
  return Buffer.concat([head, frame.subarray(start + 4).map((byte, i) => byte ^ key[i & 3]!)])
}

function read(bytes: Buffer, cuts: readonly number[]): Frame[] {
  const frames: Frame[] = []
  const reader = createFrameReader((frame) => frames.push(frame))
  let at = 0
  for (const cut of [...cuts].map((c) => c % (bytes.length + 1)).sort((a, b) => a - b)) {
    reader.push(bytes.subarray(at, cut))
    at = cut
  }
  reader.push(bytes.subarray(at))
  return frames
}

test('frames come back whole, wherever the bytes are cut', () => {
  const payloads = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(125, 126, 65535, 65536).map((n) => new Uint8Array(n).fill(7)),
    ),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(200_000), { maxLength: 6 }), (contents, cuts) => {
      const bytes = Buffer.concat(contents.map((payload) => unmasked(encodeFrame(OPCODE.binary, payload))))
      expect(read(bytes, cuts).map(({ opcode, isLast, payload }) => [opcode, isLast, Bun.hash(payload)])).toEqual(
        contents.map((payload) => [OPCODE.binary, true, Bun.hash(payload)]),
      )
    }),
    { numRuns: 60 },
  )
})

test('a mask is there and not the same twice', () => {
  const [a, b] = [encodeFrame(OPCODE.binary, Buffer.from('hello')), encodeFrame(OPCODE.binary, Buffer.from('hello'))]
  expect(a[1]! & 0x80).toBe(0x80)
  expect(a.equals(b)).toBe(false)
})

test('any bytes are frames or an XserveError; a length alone asks for no memory', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        read(Buffer.from(bytes), [])
      } catch (error) {
        if (!(error instanceof XserveError)) throw error
      }
    }),
  )
  const huge = Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0])
  expect(() => read(huge, [])).toThrow('a message of 1099511627776 bytes is not read')
})
