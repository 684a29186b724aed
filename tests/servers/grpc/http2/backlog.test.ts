import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Backlog } from '../../../../lib/servers/grpc/http2/backlog.ts'
import { message } from './peer.ts'

test('gives out what was put in, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }), { maxLength: 20 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (messages, sizes) => {
        const backlog = new Backlog()
        const whole = Buffer.concat(messages.map((pieces) => message(Buffer.concat(pieces))))
        for (const pieces of messages) backlog.message(pieces)
        expect(backlog.bytes).toBe(whole.length)
        const out = Buffer.alloc(whole.length)
        let at = 0
        for (const size of sizes) {
          if (backlog.bytes === 0) break
          const count = Math.min(size, backlog.bytes)
          backlog.take(out, at, count)
          at += count
          // More may come while it is given out.
          expect(backlog.bytes).toBe(whole.length - at)
        }
        expect(out).toEqual(whole)
      },
    ),
  )
})

test('goes on when more comes in between, hundreds of pieces', () => {
  const backlog = new Backlog()
  const out = Buffer.alloc(10)
  let read = ''
  let written = ''
  for (let i = 0; i < 2000; i++) {
    const text = String(i % 10)
    backlog.raw(Buffer.from(text))
    written += text
    if (i % 3 === 0) continue
    backlog.take(out, 0, 1)
    read += out.toString('latin1', 0, 1)
  }
  while (backlog.bytes > 0) {
    backlog.take(out, 0, 1)
    read += out.toString('latin1', 0, 1)
  }
  expect(read).toBe(written)
})
