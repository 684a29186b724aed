/** Whatever is taken and given back, no two blocks overlap, and all that is free can be taken again. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Blocks, UNIT } from '../../../lib/link/memory/blocks.ts'

test('the lowest free room is taken, in whole units', () => {
  const blocks = new Blocks(4 * UNIT)
  expect(blocks.take(UNIT + 1)).toBe(0)
  expect(blocks.take(1)).toBe(2 * UNIT)
  expect(blocks.take(2 * UNIT)).toBe(-1)
  expect(blocks.give(0)).toBe(true)
  expect(blocks.take(UNIT)).toBe(0)
  expect(blocks.take(UNIT)).toBe(UNIT)
})

test.each([[UNIT], [2 * UNIT + 1], [-UNIT], [9 * UNIT], [0.5]])('%d begins no block', (offset) => {
  const blocks = new Blocks(4 * UNIT)
  blocks.take(2 * UNIT)
  expect(blocks.give(offset)).toBe(false)
})

test('blocks are apart, and everything comes back', () => {
  const step = fc.oneof(fc.record({ take: fc.integer({ min: 1, max: 5 * UNIT }) }), fc.record({ give: fc.nat(20) }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.array(step, { maxLength: 60 }), (units, steps) => {
      const blocks = new Blocks(units * UNIT)
      const taken = new Map<number, number>()
      for (const one of steps) {
        if ('take' in one) {
          const wanted = Math.ceil(one.take / UNIT)
          const offset = blocks.take(one.take)
          if (offset < 0) continue
          const first = offset / UNIT
          expect(first + wanted).toBeLessThanOrEqual(units)
          for (const [other, length] of taken) expect(first + wanted <= other || other + length <= first).toBe(true)
          taken.set(first, wanted)
        } else {
          const first = [...taken.keys()][one.give]
          if (first === undefined) continue
          taken.delete(first)
          expect(blocks.give(first * UNIT)).toBe(true)
        }
      }
      for (const first of taken.keys()) expect(blocks.give(first * UNIT)).toBe(true)
      expect(blocks.take(units * UNIT)).toBe(0)
    }),
  )
})
