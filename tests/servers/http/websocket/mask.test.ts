import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { unmask } from '../../../../lib/servers/http/websocket/mask.ts'

test('any part of any frame, wherever it lies in memory', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.nat(7),
      fc.nat(),
      fc.nat(),
      (data, key, offset, a, b) => {
        const [from, to] = [a % (data.length + 1), b % (data.length + 1)].sort((x, y) => x - y) as [number, number]
        const place = new Uint8Array(new ArrayBuffer(data.length + offset), offset)
        place.set(data)
        unmask(place, from, to, key | 0, a)
        const expected = data.map((byte, i) =>
          i < from || i >= to ? byte : byte ^ ((key >>> (((a + i - from) & 3) * 8)) & 255),
        )
        expect(Buffer.compare(place, expected)).toBe(0)
      },
    ),
    { numRuns: 500 },
  )
})
