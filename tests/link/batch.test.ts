/** Whatever is put in and taken out, the bytes come in their order. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Batch } from '../../lib/link/batch.ts'

test('bytes come out as they were put in, however much the socket takes', () => {
  const step = fc.oneof(fc.record({ put: fc.integer({ min: 1, max: 400_000 }) }), fc.record({ take: fc.nat(400_000) }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const batch = new Batch()
      let [written, read] = [0, 0]
      const readSome = (count: number): void => {
        for (let at = batch.start; at < batch.start + count; at += 997)
          expect(batch.bytes[at]).toBe((read + at - batch.start) % 251)
        read += count
        batch.taken(count)
      }
      for (const one of steps) {
        if ('put' in one) {
          batch.reserve(one.put)
          for (let n = 0; n < one.put; n++) batch.view.setUint8(batch.end + n, (written + n) % 251)
          batch.end += one.put
          written += one.put
        } else readSome(Math.min(one.take, batch.length))
        expect(batch.length).toBe(written - read)
      }
      readSome(batch.length)
      expect([batch.start, batch.end]).toEqual([0, 0])
    }),
    { numRuns: 30 },
  )
})
