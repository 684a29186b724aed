import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Gather } from '../../../../lib/servers/http/front/gather.ts'

test('pieces come together', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 3000 })),
      fc.integer({ min: -1, max: 20_000 }),
      (pieces, expected) => {
        const gather = new Gather(expected)
        for (const piece of pieces) gather.append(piece)
        expect(Buffer.compare(gather.take(), Buffer.concat(pieces))).toBe(0)
        expect(gather.length).toBe(0)
      },
    ),
  )
})

test('a single piece is not copied, and never written to', () => {
  const piece = new Uint8Array([1, 2])
  const gather = new Gather()
  gather.append(piece.subarray(0, 1))
  expect(gather.take().buffer).toBe(piece.buffer)
  gather.append(piece.subarray(0, 1))
  gather.append(new Uint8Array([9]))
  expect([...gather.take()]).toEqual([1, 9])
  expect([...piece]).toEqual([1, 2])
})

test('an announced length is not believed before it comes', () => {
  const gather = new Gather(2 ** 40)
  gather.append(new Uint8Array(10))
  gather.append(new Uint8Array(10))
  expect(gather.take().buffer.byteLength).toBeLessThanOrEqual(1024 * 1024)
})
