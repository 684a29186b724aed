import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createSharedBuffer, Outbox } from '../../../../lib/servers/http/front/outbox.ts'

/** Takes what it has room for. */
function fakeSocket() {
  const socket = {
    room: Number.POSITIVE_INFINITY,
    got: [] as Buffer[],
    write(bytes: Uint8Array, offset: number, length: number) {
      const taken = Math.min(length, socket.room)
      socket.room -= taken
      socket.got.push(Buffer.from(bytes.subarray(offset, offset + taken)))
      return taken
    },
    text: () => Buffer.concat(socket.got).toString(),
  }
  return socket
}

test('two connections share the buffer, each keeps its order', () => {
  const piece = fc.record({ which: fc.boolean(), size: fc.integer({ min: 0, max: 40_000 }), binary: fc.boolean() })
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(50_000)), (pieces, rooms) => {
      const shared = createSharedBuffer()
      const sides = [fakeSocket(), fakeSocket()].map((socket) => ({
        socket,
        out: new Outbox(socket, shared),
        sent: '',
      }))
      for (const { socket } of sides) socket.room = 0
      pieces.forEach(({ which, size, binary }, i) => {
        const side = sides[Number(which)]!
        side.socket.room += rooms[i % Math.max(rooms.length, 1)] ?? 0
        const text = `${i}é`.repeat(size).slice(0, size)
        if (binary) side.out.bytes(Buffer.from(text))
        else side.out.utf8(text, Buffer.byteLength(text))
        side.sent += text
      })
      for (const { socket, out, sent } of sides) {
        out.flush()
        socket.room = Number.POSITIVE_INFINITY
        out.drained()
        expect(out.queued).toBe(0)
        expect(socket.text() === sent).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
})

test('small pieces of a tick leave together', async () => {
  const socket = fakeSocket()
  const out = new Outbox(socket, createSharedBuffer())
  for (const text of ['a', 'b', 'c']) out.latin1(text)
  expect(socket.got).toEqual([])
  await Promise.resolve()
  expect(socket.got.map(String)).toEqual(['abc'])
})

test('a closed one forgets', () => {
  const socket = fakeSocket()
  const out = new Outbox(socket, createSharedBuffer())
  socket.write = () => -1
  out.latin1('a')
  out.flush()
  out.latin1('b')
  out.flush()
  out.bytes(new Uint8Array(100_000))
  expect(out.queued).toBe(0)
})
