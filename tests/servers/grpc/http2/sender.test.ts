import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { BlockPool, Outbox } from '../../../../lib/servers/grpc/http2/outbox.ts'
import { DATA } from '../../../../lib/servers/grpc/http2/protocol.ts'
import { type Outgoing, Sender } from '../../../../lib/servers/grpc/http2/sender.ts'
import { answersOf, type Frame, framesOf, message } from './peer.ts'

const OK = { code: 0, details: '', trailers: null }

interface TestStream extends Outgoing {
  ends: number
  drains: number
}

function stream(id: number, sendWindow: number): TestStream {
  return {
    id,
    sendWindow,
    headSent: false,
    backlog: null,
    ending: null,
    queued: false,
    full: false,
    ends: 0,
    drains: 0,
    sent() {
      this.ends++
    },
    drained() {
      this.drains++
    },
  }
}

function make(room = Number.MAX_SAFE_INTEGER) {
  const written: Buffer[] = []
  const socket = { room }
  const out = new Outbox(
    {
      write(bytes, offset, length) {
        const count = Math.min(length, socket.room)
        socket.room -= count
        written.push(Buffer.from(bytes.subarray(offset, offset + count)))
        return count
      },
    },
    new BlockPool(),
  )
  out.corked = true
  const sender = new Sender(out)
  const frames = (): Frame[] => {
    out.flush()
    return framesOf(Buffer.concat(written))
  }
  return { sender, out, socket, frames }
}

const dataOf = (frames: readonly Frame[], id?: number) =>
  frames.filter(({ type, stream: of }) => type === DATA && (id === undefined || of === id))

test('an answer that fits is head, message and trailers', () => {
  const { sender, frames } = make()
  const one = stream(1, 100)
  expect(sender.message(one, Buffer.from('abc'))).toBe(true)
  sender.end(one, OK)
  expect(frames().map(({ type, flags, payload }) => [type, flags, payload.length])).toEqual([
    [1, 4, 14],
    [0, 0, 8],
    [1, 5, 12],
  ])
  expect(one.ends).toBe(1)
  expect([sender.window, one.sendWindow]).toEqual([65_535 - 8, 92])
})

test('a stream without a window waits, others do not', () => {
  const { sender, frames } = make()
  const stuck = stream(1, 0)
  const free = stream(3, 1000)
  sender.message(stuck, Buffer.from('first'))
  sender.end(stuck, OK)
  sender.message(free, Buffer.from('second'))
  sender.end(free, OK)
  expect([stuck.ends, free.ends, sender.waiting]).toEqual([0, 1, 10])
  stuck.sendWindow += 4
  sender.widened(stuck)
  expect(dataOf(frames(), 1).map(({ payload }) => payload.length)).toEqual([4])
  stuck.sendWindow += 100
  sender.widened(stuck)
  expect(answersOf(frames()).get(1)).toMatchObject({ messages: ['first'], status: '0', ended: true })
})

test('streams take turns of one frame', () => {
  const { sender, frames } = make()
  const [one, two] = [stream(1, 1e6), stream(3, 1e6)]
  sender.window = 0
  for (const each of [one, two]) sender.message(each, Buffer.alloc(60_000))
  sender.widen(200_000)
  expect(dataOf(frames()).map(({ stream: id }) => id)).toEqual([1, 3, 1, 3, 1, 3, 1, 3])
})

test('what nobody wants any more does not wait', () => {
  const { sender } = make()
  const [one, two] = [stream(1, 3), stream(3, 0)]
  for (const each of [one, two]) {
    sender.message(each, Buffer.alloc(100))
    sender.end(each, OK)
  }
  expect(sender.waiting).toBe(207)
  sender.forget(one)
  expect([sender.waiting, one.backlog, one.ending]).toEqual([105, null, null])
  sender.forget(one)
  sender.forget(two)
  expect(sender.waiting).toBe(0)
})

test('a writer is told to wait, and when to go on', () => {
  const { sender } = make()
  sender.widen(1_000_000)
  const one = stream(1, 0)
  let written = 0
  while (sender.message(one, Buffer.alloc(10_000))) written++
  expect(written).toBeLessThan(20)
  one.sendWindow += 50_000
  sender.widened(one)
  expect(one.drains).toBe(0)
  one.sendWindow += 90_000
  sender.widened(one)
  expect(one.drains).toBe(1)
})

test('a blocked socket holds up answers, not memory', () => {
  const { sender, out, socket, frames } = make(0)
  const streams = Array.from({ length: 50 }, (_, i) => stream(2 * i + 1, 1e6))
  const large = Buffer.alloc(100_000)
  sender.widen(100_000_000)
  for (const each of streams) {
    sender.message(each, large)
    sender.end(each, OK)
  }
  expect(out.blocked).toBe(true)
  expect(out.waiting).toBeLessThan(300_000)
  while (streams.some(({ ends }) => ends === 0)) {
    socket.room = 70_000
    out.drained()
    if (!out.blocked) {
      sender.pump()
      out.flush()
    }
  }
  socket.room = 1e9
  out.drained()
  const answers = answersOf(frames())
  expect([...answers.values()].every(({ messages, status }) => messages[0]!.length === 100_000 && status === '0')).toBe(
    true,
  )
})

test('small answers wait at their streams, too, once the socket is full: their callers may take them back', () => {
  const { sender, out, socket, frames } = make(0)
  sender.widen(100_000_000)
  const streams = Array.from({ length: 2000 }, (_, i) => stream(2 * i + 1, 1e6))
  sender.message(streams[0]!, Buffer.alloc(100))
  out.flush()
  expect(out.blocked).toBe(true)
  for (const each of streams) {
    sender.message(each, Buffer.alloc(100))
    sender.end(each, OK)
  }
  expect(out.waiting).toBeLessThan(1000)
  socket.room = Number.MAX_SAFE_INTEGER
  out.drained()
  sender.pump()
  const answers = answersOf(frames())
  expect(streams.every(({ id }, i) => answers.get(id)!.messages.length === (i === 0 ? 2 : 1))).toBe(true)
})

const step = fc.oneof(
  fc.record({ kind: fc.constant('message'), stream: fc.nat(3), size: fc.oneof(fc.nat(300), fc.nat(40_000)) }),
  fc.record({ kind: fc.constantFrom('window', 'shrink'), stream: fc.nat(3), size: fc.nat(30_000) }),
  fc.record({ kind: fc.constant('connection'), size: fc.nat(40_000) }),
  fc.record({ kind: fc.constant('end'), stream: fc.nat(3) }),
)

test('never beyond a window, everything in its order, every end once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { sender, frames } = make()
      const streams = [0, 1, 2, 3].map((i) => stream(2 * i + 1, 1000))
      const granted = [1000, 1000, 1000, 1000]
      let connection = 65_535
      const sent: Buffer[][] = [[], [], [], []]
      const ended = [false, false, false, false]
      const check = () => {
        const all = frames()
        expect(dataOf(all).reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThanOrEqual(connection)
      }
      for (const one of steps) {
        const i = 'stream' in one ? one.stream : 0
        const target = streams[i]!
        if (one.kind === 'message' && 'size' in one && !ended[i]) {
          const bytes = Buffer.alloc(one.size, sent[i]!.length)
          sent[i]!.push(message(bytes))
          sender.message(target, bytes)
        } else if (one.kind === 'end' && !ended[i]) {
          ended[i] = true
          sender.end(target, OK)
        } else if (one.kind === 'connection' && 'size' in one) {
          connection += one.size
          sender.widen(one.size)
        } else if ('size' in one && one.kind !== 'message') {
          const by = one.kind === 'window' ? one.size : -one.size
          const before = target.sendWindow
          if (by > 0) granted[i]! += by
          target.sendWindow += by
          sender.widened(target)
          if (by < 0) expect(target.sendWindow).toBe(before + by)
        }
        check()
      }
      sender.widen(10_000_000)
      for (const each of streams) {
        each.sendWindow += 10_000_000
        sender.widened(each)
      }
      const all = frames()
      for (const [i, each] of streams.entries()) {
        const body = Buffer.concat(dataOf(all, each.id).map(({ payload }) => payload))
        expect(body.equals(Buffer.concat(sent[i]!))).toBe(true)
        expect(each.ends).toBe(ended[i] ? 1 : 0)
        expect([each.backlog, each.ending]).toEqual([null, null])
      }
      expect(sender.waiting).toBe(0)
    }),
    { numRuns: 200 },
  )
})
