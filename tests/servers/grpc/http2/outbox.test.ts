import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { BLOCK_BYTES, BlockPool, Outbox } from '../../../../lib/servers/grpc/http2/outbox.ts'

/** A socket that takes only so much, and all that it has taken. */
function pair(room: number) {
  const taken: Buffer[] = []
  const state = { room, writes: 0, closed: false }
  const socket = {
    write(bytes: Uint8Array, offset: number, length: number) {
      state.writes++
      if (state.closed) return -1
      const count = Math.min(length, state.room)
      state.room -= count
      taken.push(Buffer.from(bytes.subarray(offset, offset + count)))
      return count
    },
  }
  const out = new Outbox(socket, new BlockPool())
  const put = (text: string) => {
    const block = out.reserve(text.length)
    out.end += block.write(text, out.end, 'latin1')
  }
  return { out, put, state, text: () => Buffer.concat(taken).toString('latin1') }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))
const ALL = Number.MAX_SAFE_INTEGER

test('writes once a tick', async () => {
  const { put, state, text } = pair(ALL)
  for (const word of ['a', 'b', 'c']) put(word)
  expect(state.writes).toBe(0)
  await tick()
  expect([state.writes, text()]).toEqual([1, 'abc'])
  put('d')
  await tick()
  expect([state.writes, text()]).toEqual([2, 'abcd'])
})

test('while corked its owner says when', async () => {
  const { out, put, state } = pair(ALL)
  out.corked = true
  put('a')
  await tick()
  expect(state.writes).toBe(0)
  out.corked = false
  out.flush()
  expect(state.writes).toBe(1)
})

test('keeps everything and its order, whatever the socket takes', () => {
  const step = fc.oneof(
    fc.record({ put: fc.integer({ min: 1, max: 90_000 }) }),
    fc.record({ room: fc.integer({ min: 1, max: 200_000 }) }),
    fc.constant({ flush: true }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { out, put, state, text } = pair(0)
      out.corked = true
      let expected = ''
      for (const [i, one] of steps.entries()) {
        if ('put' in one) {
          const piece = String.fromCharCode(97 + (i % 26)).repeat(one.put)
          expected += piece
          put(piece)
        } else if ('room' in one) {
          state.room = one.room
          if (out.blocked) out.drained()
        } else out.flush()
      }
      state.room = ALL
      out.flush()
      if (out.blocked) out.drained()
      expect(text() === expected).toBe(true)
      expect([out.waiting, out.blocked]).toEqual([0, false])
    }),
    { numRuns: 50 },
  )
})

test('tells when all has been written', () => {
  const { out, put, state } = pair(2)
  let empty = 0
  out.onEmpty = () => empty++
  out.corked = true
  put('abcd')
  out.flush()
  expect([out.blocked, out.waiting, empty]).toEqual([true, 2, 0])
  state.room = ALL
  out.drained()
  expect([out.blocked, out.waiting, empty]).toEqual([false, 0, 1])
})

test('a closed one takes everything and keeps nothing', () => {
  const { out, put, state, text } = pair(ALL)
  out.corked = true
  put('abc')
  state.closed = true
  out.flush()
  expect(out.closed).toBe(true)
  for (let i = 0; i < 1000; i++) put('x'.repeat(1000))
  put('y'.repeat(2 * BLOCK_BYTES))
  expect(out.waiting).toBeLessThan(3 * BLOCK_BYTES)
  out.flush()
  expect(text()).toBe('')
})
