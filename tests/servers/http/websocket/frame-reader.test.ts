import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FrameReader } from '../../../../lib/servers/http/websocket/frame-reader.ts'
import { clientFrame } from './client-frame.ts'

function readAll(bytes: Buffer, cuts: readonly number[], maxBytes = -1): unknown[] {
  const seen: unknown[] = []
  const reader = new FrameReader(
    {
      message: (data) => void seen.push(typeof data === 'string' ? data : Buffer.from(data)),
      control: (opcode, payload) => void seen.push([opcode, Buffer.from(payload).toString('latin1')]),
      violated: (code) => void seen.push(code),
    },
    maxBytes,
  )
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const to = at + cuts[i % cuts.length]!
    // Copied: the reader writes to what it is given.
    reader.read(Buffer.from(bytes.subarray(at, to)))
    at = to
  }
  return seen
}

const data = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(125, 126, 65535, 65536).map((length) => Buffer.alloc(length, 'abc')),
)

test('any messages in any fragments, with pings between, wherever the bytes are cut', () => {
  const message = fc.record({ data, pieces: fc.integer({ min: 1, max: 5 }), ping: fc.boolean() })
  const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 })
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 5 }),
      cuts,
      fc.integer({ min: 0, max: 0xffffffff }),
      (messages, sizes, key) => {
        const frames: Buffer[] = []
        const expected: unknown[] = []
        for (const { data, pieces, ping } of messages) {
          const bytes = Buffer.from(data as string)
          const step = Math.ceil(bytes.length / pieces)
          for (let i = 0; i < pieces; i++) {
            const opcode = i > 0 ? 0 : typeof data === 'string' ? 1 : 2
            const final = i === pieces - 1
            frames.push(clientFrame(opcode, bytes.subarray(i * step, (i + 1) * step), { final, key }))
            if (ping) frames.push(clientFrame(9, `p${i}`, { key }))
            if (final) expected.push(data)
            if (ping) expected.push([9, `p${i}`])
          }
        }
        // A ping behind the last fragment is read behind the message, as it was sent.
        expect(readAll(Buffer.concat(frames), sizes)).toEqual(expected)
      },
    ),
  )
})

test('any bytes: no exception, nothing behind a violation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (bytes, cut) => {
      const seen = readAll(Buffer.from(bytes), [cut])
      const first = seen.findIndex((entry) => typeof entry === 'number')
      expect(first === -1 || first === seen.length - 1).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

describe('against the rules', () => {
  test.each([
    ['not masked', 1002, clientFrame(1, 'a', { masked: false })],
    ['reserved bit', 1002, clientFrame(1, 'a', { reserved: 0x40 })],
    ['unknown opcode', 1002, clientFrame(3, 'a')],
    ['unknown control opcode', 1002, clientFrame(11, 'a')],
    ['ping in fragments', 1002, clientFrame(9, 'a', { final: false })],
    ['long ping', 1002, clientFrame(9, 'a'.repeat(126))],
    ['nothing to continue', 1002, clientFrame(0, 'a')],
    ['not UTF-8', 1007, clientFrame(1, Buffer.from([0xc3, 0x28]))],
    ['half a character', 1007, clientFrame(1, Buffer.from([0xe2, 0x82]))],
    ['surrogate', 1007, clientFrame(1, Buffer.from([0xed, 0xa0, 0x80]))],
    ['too long', 1009, clientFrame(2, 'a'.repeat(1001))],
    ['length of 2^63', 1009, Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
  ])('%s: %d', (_name, code, frame) => {
    expect(readAll(frame, [1], 1000)).toEqual([code])
    expect(readAll(frame, [100_000], 1000)).toEqual([code])
  })

  test('a message begun within another', () => {
    const frames = [clientFrame(1, 'a', { final: false }), clientFrame(1, 'b')]
    expect(readAll(Buffer.concat(frames), [100])).toEqual([1002])
  })

  test('fragments that are too long together', () => {
    const fragment = (opcode: number) => clientFrame(opcode, 'a'.repeat(600), { final: false })
    expect(readAll(Buffer.concat([fragment(1), fragment(0)]), [100], 1000)).toEqual([1009])
  })
})

test('a byte order mark is text like any other', () => {
  expect(readAll(clientFrame(1, '\uFEFFa'), [100])).toEqual(['\uFEFFa'])
})

test('paused within a read, it holds the rest', () => {
  const seen: unknown[] = []
  const reader: FrameReader = new FrameReader(
    {
      message(text) {
        seen.push(text)
        reader.paused = true
      },
      control() {},
      violated() {},
    },
    -1,
  )
  reader.read(Buffer.concat([clientFrame(1, 'a'), clientFrame(1, 'b'), clientFrame(1, 'c')]))
  expect(seen).toEqual(['a'])
  reader.read(clientFrame(1, 'd'))
  expect(seen).toEqual(['a'])
  for (let i = 0; i < 3; i++) reader.resume()
  expect(seen).toEqual(['a', 'b', 'c', 'd'])
  expect(reader.waiting).toBe(0)
})

test('what it holds is not copied again for each message that it is resumed for', () => {
  const memory: ArrayBufferLike[] = []
  const reader: FrameReader = new FrameReader(
    {
      message(bytes) {
        memory.push((bytes as Uint8Array).buffer)
        reader.paused = true
      },
      control() {},
      violated() {},
    },
    -1,
  )
  const chunk = Buffer.concat(Array.from({ length: 1000 }, () => clientFrame(2, 'x'.repeat(1000))))
  reader.read(chunk)
  while (reader.waiting > 0) reader.resume()
  expect(memory).toHaveLength(1000)
  expect(new Set(memory)).toEqual(new Set([chunk.buffer]))
})
