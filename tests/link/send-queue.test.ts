/** Who goes first, what is written at once, and what happens when the socket takes less than it was given. */
import { expect, test } from 'bun:test'
import { CHUNK, HEAD, Kind } from '../../lib/link/frame.ts'
import { Ring } from '../../lib/link/memory/ring.ts'
import { createSendQueue } from '../../lib/link/send-queue.ts'

/** A socket and nothing else. */
const NOTHING_BESIDE = { ring: () => null, lend: () => 0 }

interface Frame {
  readonly kind: number
  readonly call: number
  readonly length: number
}

/** A socket that takes `room` bytes and then no more. */
function socket(maxBytes = 1e9, ring: Ring | null = null) {
  const written: Buffer[] = []
  const ended = Promise.withResolvers<void>()
  const state = { room: Number.POSITIVE_INFINITY, writes: 0, over: false }
  const queue = createSendQueue({
    alone: () => false,
    maxBytes,
    write(bytes, offset, length) {
      const taken = Math.min(length, state.room)
      state.room -= taken
      state.writes++
      written.push(Buffer.from(bytes.subarray(offset, offset + taken)))
      return state.over ? -1 : taken
    },
    ended: ended.resolve,
    beside: { ring: () => ring, lend: () => 0 },
  })
  const frames = (): Frame[] => {
    const bytes = Buffer.concat(written)
    const list: Frame[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt32LE(at)
      list.push({ length, call: bytes.readUInt32LE(at + 4), kind: bytes[at + 8]! })
      at += HEAD + length
    }
    return list
  }
  return { queue, state, frames, ended: ended.promise }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const bytes = (length: number): [Uint8Array[], number] => [[new Uint8Array(length)], length]

test('small messages of one tick are one write', async () => {
  const { queue, state, frames } = socket()
  for (let call = 2; call < 202; call += 2) queue.send(Kind.call, call, ...bytes(100))
  expect(state.writes).toBe(0)
  expect(queue.bytes).toBe(100 * (HEAD + 100))
  await turn()
  expect(state.writes).toBe(1)
  expect(frames().map(({ call }) => call)).toEqual(Array.from({ length: 100 }, (_, n) => 2 * n + 2))
  expect(queue.bytes).toBe(0)
})

test('small parts are copied, so that the sender may use them again', async () => {
  const written: string[] = []
  const queue = createSendQueue({
    alone: () => false,
    maxBytes: 1e9,
    write(batch, offset, length) {
      written.push(Buffer.from(batch.subarray(offset + HEAD, offset + length)).toString())
      return length
    },
    ended() {},
    beside: NOTHING_BESIDE,
  })
  const part = Buffer.from('before')
  queue.send(Kind.call, 2, [part, part], 12)
  part.fill('x')
  await turn()
  expect(written).toEqual(['beforebefore'])
})

test('large messages take turns and small ones do not wait for them', async () => {
  const { queue, state, frames, ended } = socket()
  state.room = 0
  queue.send(Kind.call, 2, ...bytes(5 * CHUNK))
  queue.send(Kind.call, 4, ...bytes(5 * CHUNK))
  await turn()
  queue.send(Kind.call, 6, ...bytes(100))
  state.room = Number.POSITIVE_INFINITY
  queue.drained()
  queue.end()
  await ended
  const calls = frames().map(({ call }) => call)
  expect(calls.indexOf(6)).toBeLessThanOrEqual(3)
  expect(calls.filter((call) => call !== 6)).toEqual([2, 4, 2, 4, 2, 4, 2, 4, 2, 4])
})

test('order holds within a call, a small message after a large one', async () => {
  const { queue, frames, ended } = socket()
  queue.send(Kind.item, 2, ...bytes(3 * CHUNK))
  queue.send(Kind.item, 2, ...bytes(5))
  queue.send(Kind.end, 2, ...bytes(0))
  queue.end()
  await ended
  expect(frames().map(({ kind, length }) => [kind, length])).toEqual([
    [Kind.item, CHUNK + 4],
    [Kind.item, CHUNK],
    [Kind.item, CHUNK],
    [Kind.item, 5],
    [Kind.end, 0],
  ])
})

test('what the socket did not take is kept, whatever it takes at a time', async () => {
  const { queue, state, frames, ended } = socket()
  state.room = 0
  for (let call = 2; call < 102; call += 2) queue.send(Kind.call, call, ...bytes(call))
  queue.send(Kind.call, 1000, ...bytes(2 * CHUNK))
  queue.end()
  await turn()
  let rounds = 0
  while (queue.bytes > 0) {
    state.room = 1013
    queue.drained()
    rounds++
  }
  await ended
  expect(rounds).toBeGreaterThan(100)
  expect(frames().map(({ length }) => length)).toEqual([
    ...Array.from({ length: 50 }, (_, n) => 2 * n + 2),
    CHUNK + 4,
    CHUNK,
  ])
})

test('the cap counts what waits; one message beyond it may go alone', async () => {
  const { queue, state } = socket(300_000)
  state.room = 0
  expect(queue.admits(300_000)).toBe(true)
  expect(queue.admits(1_000_000)).toBe(true)
  queue.send(Kind.call, 2, ...bytes(1_000_000))
  expect(queue.admits(1_000_000)).toBe(false)
  expect(queue.admits(100)).toBe(true)
  queue.send(Kind.call, 4, ...bytes(250_000))
  expect(queue.admits(100)).toBe(true)
  expect(queue.admits(60_000)).toBe(false)
  queue.drop(2)
  expect(queue.bytes).toBe(250_000)
  queue.drop(4)
  expect(queue.bytes).toBe(0)
  expect(queue.admits(1_000_000)).toBe(true)
})

test('a closed socket empties the queue', async () => {
  const { queue, state } = socket()
  state.over = true
  queue.send(Kind.call, 2, ...bytes(100))
  queue.send(Kind.call, 4, ...bytes(1_000_000))
  await turn()
  expect(queue.bytes).toBe(0)
  queue.send(Kind.call, 6, ...bytes(100))
  await turn()
  expect(state.writes).toBe(1)
})

test('large messages wait for room in shared memory, small ones and those of the socket do not', async () => {
  const ring = new Ring(new Uint8Array(3 * CHUNK))
  const { queue, frames, ended } = socket(1e9, ring)
  queue.send(Kind.call, 2, ...bytes(5 * CHUNK))
  queue.send(Kind.call, 4, ...bytes(2 * CHUNK))
  queue.send(Kind.call, 6, ...bytes(10 * CHUNK))
  await turn()
  await turn()
  queue.send(Kind.call, 8, ...bytes(100))
  await turn()
  expect(frames().map(({ call, length }) => [call, length])).toEqual([
    [2, 12],
    [8, 100],
  ])
  queue.drop(6)
  expect(queue.bytes).toBe(4 * CHUNK)
  queue.end()
  ring.free(CHUNK)
  queue.roomier()
  await turn()
  expect(frames().at(-1)).toMatchObject({ call: 4, length: 12 })
  ring.free(3 * CHUNK)
  queue.roomier()
  await ended
  expect(frames().slice(3)).toMatchObject([
    { call: 2, length: 8 },
    { call: 4, length: 8 },
  ])
  expect(queue.bytes).toBe(0)
})

test('what is queued while corked leaves together when it is uncorked, and at once', () => {
  const written: number[] = []
  const queue = createSendQueue({
    maxBytes: 1 << 20,
    alone: () => false,
    write: (_, __, length) => {
      written.push(length)
      return length
    },
    ended() {},
    beside: NOTHING_BESIDE,
  })
  queue.cork()
  for (let call = 1; call <= 3; call++) queue.send(Kind.end, call, [Buffer.alloc(10)], 10)
  expect(written).toEqual([])
  queue.uncork()
  expect(written).toEqual([3 * (HEAD + 10)])
})

test('a lone caller waits for the end of the event, others for that of the tick', async () => {
  for (const lone of [true, false]) {
    const order: string[] = []
    const queue = createSendQueue({
      maxBytes: 1 << 20,
      alone: () => lone,
      write: (_, __, length) => {
        order.push('written')
        return length
      },
      ended() {},
      beside: NOTHING_BESIDE,
    })
    queue.send(Kind.call, 1, [Buffer.alloc(10)], 10)
    queueMicrotask(() => order.push('end of the event'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(order).toEqual(lone ? ['written', 'end of the event'] : ['end of the event', 'written'])
  }
})

test('what goes along waits for others, and is not counted', async () => {
  const { queue, state, frames } = socket()
  queue.sendAlong(Kind.back, 0, ...bytes(8))
  queue.cork()
  queue.uncork()
  await turn()
  expect([state.writes, queue.bytes]).toEqual([0, 0])
  queue.sendNow(Kind.cancel, 2, ...bytes(0))
  await turn()
  expect(frames().map(({ kind }) => kind)).toEqual([Kind.back, Kind.cancel])
  state.room = 10
  queue.sendAlong(Kind.back, 0, ...bytes(8))
  queue.sendNow(Kind.cancel, 4, ...bytes(0))
  await turn()
  // Half of it is written, and it counts until all of it is.
  expect(queue.bytes).toBe(2 * HEAD + 8 - 10)
  state.room = 100
  queue.drained()
  expect(queue.bytes).toBe(0)
})

test('the end takes along what only waited for others', async () => {
  const { queue, frames, ended } = socket()
  queue.sendAlong(Kind.back, 0, ...bytes(8))
  queue.end()
  await ended
  expect(frames().map(({ kind }) => kind)).toEqual([Kind.back])
})
