/** Whatever way the bytes are cut, the messages are the same; what cannot be a frame is refused. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  CHUNK,
  FLAG_CHUNK,
  FLAG_FIRST,
  FLAG_LENT,
  FLAG_SHARED,
  HEAD,
  Kind,
  MAX_MESSAGE,
  writeHead,
} from '../../lib/link/frame.ts'
import { createReceiver } from '../../lib/link/receive.ts'
import { createSendQueue } from '../../lib/link/send-queue.ts'

interface Message {
  readonly kind: Kind
  readonly call: number
  readonly payload: Uint8Array
}

function frame(kind: number, call: number, payload: Uint8Array, flags = 0): Buffer {
  const bytes = Buffer.alloc(HEAD + payload.length)
  writeHead(new DataView(bytes.buffer, bytes.byteOffset), 0, payload.length, call, kind as Kind, flags)
  bytes.set(payload, HEAD)
  return bytes
}

function total(length: number, ...rest: Uint8Array[]): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32LE(length)
  return Buffer.concat([prefix, ...rest])
}

function collect(copy = false, wanted = () => true) {
  const messages: Message[] = []
  const receiver = createReceiver({
    copy,
    deliver: (kind, call, payload) => messages.push({ kind, call, payload: new Uint8Array(payload) }),
    wanted,
    ...NOTHING_SHARED,
  })
  return { messages, receiver }
}

/** A link without memory beside it. */
const NOTHING_SHARED = {
  view(): Uint8Array {
    throw new Error('nothing is shared')
  },
  taken() {},
  look(): Uint8Array {
    throw new Error('nothing is lent')
  },
  giveBack() {},
  borrow: () => false,
}

/** What a queue writes for these messages. */
async function written(messages: readonly Message[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const queue = createSendQueue({
    alone: () => false,
    maxBytes: Number.MAX_SAFE_INTEGER,
    write(bytes, offset, length) {
      pieces.push(Buffer.from(bytes.subarray(offset, offset + length)))
      return length
    },
    ended: resolve,
    beside: { ring: () => null, lend: () => 0 },
  })
  for (const { kind, call, payload } of messages) queue.send(kind, call, [payload], payload.length)
  queue.end()
  await promise
  return Buffer.concat(pieces)
}

const STREAM = Buffer.concat([
  frame(Kind.call, 2, Buffer.from('first')),
  frame(Kind.cancel, 4, Buffer.alloc(0)),
  frame(Kind.item, 6, total(9, Buffer.from('abc')), FLAG_CHUNK | FLAG_FIRST),
  frame(Kind.end, 8, total(2, Buffer.from('x')), FLAG_CHUNK | FLAG_FIRST),
  frame(Kind.control, 0, Buffer.from('{}')),
  frame(Kind.item, 6, Buffer.from('defg'), FLAG_CHUNK),
  frame(Kind.end, 8, Buffer.from('y'), FLAG_CHUNK),
  frame(Kind.item, 6, Buffer.from('hi'), FLAG_CHUNK),
  frame(Kind.fail, 10, Buffer.from('last')),
])
const MESSAGES = [
  [Kind.call, 2, 'first'],
  [Kind.cancel, 4, ''],
  [Kind.control, 0, '{}'],
  [Kind.end, 8, 'xy'],
  [Kind.item, 6, 'abcdefghi'],
  [Kind.fail, 10, 'last'],
]
const readable = (messages: readonly Message[]) =>
  messages.map(({ kind, call, payload }) => [kind, call, Buffer.from(payload).toString()])

test.each([false, true])('cut at every pair of places (copy: %p)', (copy) => {
  for (let a = 0; a <= STREAM.length; a++) {
    for (let b = a; b <= STREAM.length; b++) {
      const { messages, receiver } = collect(copy)
      for (const [from, to] of [
        [0, a],
        [a, b],
        [b, STREAM.length],
      ])
        receiver.receive(Buffer.from(STREAM.subarray(from, to)))
      expect(readable(messages)).toEqual(MESSAGES)
    }
  }
})

test('one byte at a time', () => {
  const { messages, receiver } = collect()
  for (const byte of STREAM) receiver.receive(Buffer.from([byte]))
  expect(readable(messages)).toEqual(MESSAGES)
})

test('large and small messages, cut at random, in order within each call', async () => {
  const size = fc.oneof(fc.nat(200), fc.integer({ min: CHUNK - 2, max: CHUNK + 2 }), fc.nat(4 * CHUNK))
  const message = fc.record({ kind: fc.constantFrom(Kind.item, Kind.call), call: fc.integer({ min: 1, max: 4 }), size })
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 220_000 }), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (plan, cuts, copy) => {
        const sent = plan.map(({ kind, call, size }, n) => ({ kind, call, payload: new Uint8Array(size).fill(n + 1) }))
        const bytes = await written(sent)
        const { messages, receiver } = collect(copy)
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const next = at + cuts[n % cuts.length]!
          receiver.receive(Buffer.from(bytes.subarray(at, next)))
          at = next
        }
        for (const call of [1, 2, 3, 4]) {
          const mine = (all: readonly Message[]) =>
            all.filter((m) => m.call === call).map((m) => [m.kind, m.payload.length, Bun.hash(m.payload)])
          expect(mine(messages)).toEqual(mine(sent))
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('copied messages do not hold the read they came in', () => {
  const kept: Uint8Array[] = []
  const receiver = createReceiver({
    copy: true,
    deliver: (_kind, _call, payload) => kept.push(payload),
    wanted: () => true,
    ...NOTHING_SHARED,
  })
  const read = Buffer.concat(Array.from({ length: 2000 }, (_, n) => frame(Kind.call, 2 * n + 2, Buffer.alloc(100, n))))
  receiver.receive(read)
  expect(kept).toHaveLength(2000)
  read.fill(0)
  for (const [n, payload] of kept.entries()) {
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(8192)
    expect(payload[99]).toBe(n & 255)
  }
})

test('views are views', () => {
  const kept: Uint8Array[] = []
  const receiver = createReceiver({
    copy: false,
    deliver: (_kind, _call, payload) => kept.push(payload),
    wanted: () => true,
    ...NOTHING_SHARED,
  })
  const read = frame(Kind.call, 2, Buffer.from('abc'))
  receiver.receive(read)
  expect(kept[0]!.buffer).toBe(read.buffer)
})

test('a discarded message is skipped, also in the middle of a chunk', () => {
  const { messages, receiver } = collect()
  const second = frame(Kind.call, 2, Buffer.from('defg'), FLAG_CHUNK)
  receiver.receive(frame(Kind.call, 2, total(9, Buffer.from('abc')), FLAG_CHUNK | FLAG_FIRST))
  receiver.receive(second.subarray(0, HEAD + 2))
  receiver.discard(2)
  receiver.receive(Buffer.concat([second.subarray(HEAD + 2), frame(Kind.call, 4, Buffer.from('next'))]))
  expect(readable(messages)).toEqual([[Kind.call, 4, 'next']])
})

test('a message that nobody wants takes no memory and is skipped', () => {
  const { messages, receiver } = collect(false, () => false)
  receiver.receive(frame(Kind.end, 2, total(MAX_MESSAGE, Buffer.from('abc')), FLAG_CHUNK | FLAG_FIRST))
  receiver.receive(frame(Kind.end, 2, Buffer.from('def'), FLAG_CHUNK))
  receiver.receive(frame(Kind.end, 4, Buffer.from('small')))
  expect(readable(messages)).toEqual([[Kind.end, 4, 'small']])
})

const first = (length: number, rest: string) =>
  frame(Kind.end, 2, total(length, Buffer.from(rest)), FLAG_CHUNK | FLAG_FIRST)
test.each<[string, Buffer[], RegExp]>([
  ['an unknown kind', [frame(16, 2, Buffer.alloc(0))], /unknown kind of frame 16/],
  ['kind 0', [frame(0, 2, Buffer.alloc(0))], /unknown kind of frame 0/],
  ['flags without a chunk', [frame(Kind.end, 2, Buffer.alloc(0), 4)], /unknown flags 4/],
  ['unknown flags', [frame(Kind.end, 2, Buffer.alloc(0), 17)], /unknown flags 17/],
  [
    'two places at once',
    [frame(Kind.end, 2, Buffer.alloc(0), FLAG_CHUNK | FLAG_SHARED | FLAG_LENT)],
    /unknown flags 13/,
  ],
  [
    'a loan of nothing',
    [first(9, 'abc'), frame(Kind.end, 2, Buffer.alloc(12), FLAG_CHUNK | FLAG_LENT)],
    /nothing is lent/,
  ],
  ['half a loan', [frame(Kind.end, 2, Buffer.alloc(11), FLAG_CHUNK | FLAG_LENT)], /loan told in 11 bytes/],
  [
    'a loan without its total',
    [frame(Kind.end, 2, total(9), FLAG_CHUNK | FLAG_FIRST | FLAG_LENT)],
    /loan told in 0 bytes/,
  ],
  ['a frame longer than any', [frame(Kind.end, 2, Buffer.alloc(CHUNK + 5))], /frame of 65541 bytes/],
  ['a total beyond 2 GiB', [first(MAX_MESSAGE + 1, 'a')], /message of 2147483648 bytes/],
  ['no room for a total', [frame(Kind.end, 2, Buffer.from('abc'), FLAG_CHUNK | FLAG_FIRST)], /first chunk of 3 bytes/],
  ['a first chunk beyond the total', [first(2, 'abc')], /beyond its message's total/],
  [
    'a chunk beyond the total',
    [first(4, 'abc'), frame(Kind.end, 2, Buffer.from('de'), FLAG_CHUNK)],
    /beyond its message's total/,
  ],
  ['a chunk of another kind', [first(9, 'abc'), frame(Kind.item, 2, Buffer.from('d'), FLAG_CHUNK)], /another kind/],
  ['memory that is none', [frame(Kind.end, 2, Buffer.alloc(8), FLAG_CHUNK | FLAG_SHARED)], /nothing is shared/],
  ['half a place', [frame(Kind.end, 2, Buffer.alloc(7), FLAG_CHUNK | FLAG_SHARED)], /place of 7 bytes/],
  ['a message within another', [first(9, 'abc'), first(9, 'abc')], /within another/],
])('refuses %s, whole or cut', (_name, frames, problem) => {
  const bytes = Buffer.concat(frames)
  expect(() => collect().receiver.receive(bytes)).toThrow(problem)
  const { receiver } = collect()
  expect(() => {
    for (const byte of bytes) receiver.receive(Buffer.from([byte]))
  }).toThrow(problem)
})

test('parts that lie in shared memory are copied and given back, wanted or not', () => {
  const memory = Buffer.from('..defghi..')
  const taken: number[] = []
  const messages: string[] = []
  const receiver = createReceiver({
    copy: false,
    deliver: (_kind, _call, payload) => messages.push(Buffer.from(payload).toString()),
    wanted: (_kind, call) => call === 2,
    ...NOTHING_SHARED,
    view: (offset, length) => memory.subarray(offset, offset + length),
    taken: (length) => taken.push(length),
  })
  const place = (offset: number, length: number): Buffer => Buffer.concat([total(offset), total(length)])
  for (const call of [2, 4]) {
    receiver.receive(frame(Kind.end, call, total(9, Buffer.from('abc')), FLAG_CHUNK | FLAG_FIRST))
    receiver.receive(frame(Kind.end, call, place(2, 4), FLAG_CHUNK | FLAG_SHARED))
    receiver.receive(frame(Kind.end, call, place(6, 2), FLAG_CHUNK | FLAG_SHARED))
  }
  expect(messages).toEqual(['abcdefghi'])
  expect(taken).toEqual([4, 2, 4, 2])
})

test('a part on loan is copied and given back, wanted or not; a whole message only where it is not kept', () => {
  const memory = Buffer.from('..defghi..')
  const back: string[] = []
  const kept: number[] = []
  const messages: string[] = []
  const receiver = createReceiver({
    copy: false,
    deliver: (_kind, call, payload) => messages.push(`${call} ${payload}`),
    wanted: (_kind, call) => call !== 4,
    ...NOTHING_SHARED,
    look: (_id, offset, length) => memory.subarray(offset, offset + length),
    giveBack: (id, offset) => back.push(`${id}:${offset}`),
    borrow(_kind, call) {
      if (call === 8) kept.push(call)
      return call === 8
    },
  })
  const loan = (offset: number, length: number): Buffer => Buffer.concat([total(7), total(offset), total(length)])
  for (const call of [2, 4]) {
    receiver.receive(frame(Kind.call, call, total(9, Buffer.from('abc')), FLAG_CHUNK | FLAG_FIRST))
    receiver.receive(frame(Kind.call, call, loan(2, 6), FLAG_CHUNK | FLAG_LENT))
  }
  for (const call of [6, 8]) {
    receiver.receive(frame(Kind.end, call, total(6, loan(2, 6)), FLAG_CHUNK | FLAG_FIRST | FLAG_LENT))
  }
  expect(messages).toEqual(['2 abcdefghi', '6 defghi'])
  expect(back).toEqual(['7:2', '7:2', '7:2'])
  expect(kept).toEqual([8])
})
