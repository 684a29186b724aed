/** Whatever is written and read, nothing is overwritten before it was read. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Ring } from '../../../lib/link/memory/ring.ts'

test('bytes come out as they went in, in any order of writing and reading', () => {
  const steps = fc.array(fc.record({ write: fc.nat(40), read: fc.nat(3) }), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), steps, (size, plan) => {
      const ring = new Ring(new Uint8Array(size))
      const unread: { at: number; length: number; value: number }[] = []
      let value = 0
      for (const { write, read } of plan) {
        const length = Math.min(write, ring.room)
        if (length > 0) {
          value = (value + 1) & 0xff
          ring.bytes.fill(value, ring.at, ring.at + length)
          unread.push({ at: ring.at, length, value })
          ring.advance(length)
        }
        for (const part of unread.splice(0, read)) {
          expect(ring.bytes.subarray(part.at, part.at + part.length).every((byte) => byte === part.value)).toBe(true)
          expect(ring.free(part.length)).toBe(true)
        }
      }
      expect(ring.room === 0 && unread.length === 0).toBe(false)
      for (const part of unread) ring.free(part.length)
      expect(ring.free(1)).toBe(false)
    }),
  )
})
