/** Times in their parts: microseconds are rounded, and never reach the next second without it. */
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { secondText, splitTime, wholeSecond } from '../../../lib/servers/json/time.ts'

test('the parts of a time are those of its microseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (total) => {
      const micros = splitTime(total / 1000)
      expect(micros).toBeGreaterThanOrEqual(0)
      expect(micros).toBeLessThan(1_000_000)
      // A double of milliseconds is no finer than half a microsecond here.
      expect(Math.abs(wholeSecond() * 1_000_000 + micros - total)).toBeLessThanOrEqual(1)
      expect(`${secondText()}.000Z`).toBe(new Date(wholeSecond() * 1000).toISOString())
    }),
  )
})

test('what rounds up to a second is the next second', () => {
  expect(splitTime(1_700_000_000_999.9998)).toBe(0)
  expect(secondText()).toBe('2023-11-14T22:13:21')
})
