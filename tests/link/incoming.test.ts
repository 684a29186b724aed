/** A call is answered once, or not at all when it was given up; its window opens and closes by credit. */
import { expect, test } from 'bun:test'
import { Kind } from '../../lib/link/frame.ts'
import { Incoming, WINDOW_BYTES, WINDOW_ITEMS } from '../../lib/link/incoming.ts'

function incoming(borrows = false) {
  const sent: [Kind, number][] = []
  let done = 0
  const lent: [Kind, number][] = []
  const owner = {
    send: (kind: Kind, _call: number, _parts: readonly Uint8Array[], length: number) => sent.push([kind, length]),
    lend: (kind: Kind, _call: number, _parts: readonly Uint8Array[], length: number) => lent.push([kind, length]),
    done: () => done++,
  }
  const call = new Incoming(1, owner, borrows)
  return { call, sent, lent, done: () => done }
}

test('only the first answer is sent', () => {
  const { call, sent, done } = incoming()
  call.end([new Uint8Array(2), new Uint8Array(3)])
  call.end([new Uint8Array(1)])
  call.fail(new Uint8Array(1))
  call.item([new Uint8Array(1)])
  expect(sent).toEqual([[Kind.end, 5]])
  expect(done()).toBe(1)
})

test('after a cancel nothing is sent, and it is told once', () => {
  const { call, sent } = incoming()
  let told = 0
  call.onCancel = () => told++
  call.cancel()
  call.cancel()
  call.item([new Uint8Array(1)])
  call.fail(new Uint8Array(1))
  expect(call.cancelled).toBe(true)
  expect(told).toBe(1)
  expect(sent).toEqual([])
})

test('a cancel after the answer is not told', () => {
  const { call } = incoming()
  let told = 0
  call.onCancel = () => told++
  call.end([])
  call.cancel()
  expect(call.cancelled).toBe(false)
  expect(told).toBe(0)
})

test.each([
  ['items', WINDOW_ITEMS, 1],
  ['bytes', 4, WINDOW_BYTES / 4],
])('a window full of %s waits for credit', async (_what, count, size) => {
  const { call } = incoming()
  for (let i = 1; i < count; i++) expect(call.item([new Uint8Array(size)])).toBeUndefined()
  const room = call.item([new Uint8Array(size)])
  expect(Bun.peek.status(room!)).toBe('pending')
  call.credit(1, size)
  await room
  expect(call.item([new Uint8Array(size)])).toBeInstanceOf(Promise)
})

test('a cancel releases who waits for credit', async () => {
  const { call } = incoming()
  const room = call.item([new Uint8Array(WINDOW_BYTES)])
  expect(room).toBeInstanceOf(Promise)
  call.cancel()
  await room
  expect(call.cancelled).toBe(true)
})

test('an answer beyond 2 GiB is refused, and the call can still fail', () => {
  const { call, sent } = incoming()
  const half = new Uint8Array(2 ** 30)
  expect(() => call.end([half, half])).toThrow('2147483648 bytes')
  call.fail(new Uint8Array(3))
  expect(sent).toEqual([[Kind.fail, 3]])
})

test('who borrows gets the answer as a loan, but no failure', () => {
  const answered = incoming(true)
  answered.call.end([new Uint8Array(2)])
  expect([answered.sent, answered.lent]).toEqual([[], [[Kind.end, 2]]])
  const failed = incoming(true)
  failed.call.fail(new Uint8Array(3))
  expect([failed.sent, failed.lent]).toEqual([[[Kind.fail, 3]], []])
})
