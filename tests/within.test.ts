import { expect, test } from 'bun:test'
import { LONGEST_TIMER_MS, timerMs, within } from '../lib/within.ts'

test('in time, too late, or as it fails', async () => {
  expect(await within(Promise.resolve(0), 10_000)).toBeTrue()
  expect(await within(new Promise(() => {}), 1)).toBeFalse()
  expect(within(Promise.reject(new Error('no')), 10_000)).rejects.toThrow('no')
})

test.each([
  [0, 0],
  [1500, 1500],
  [LONGEST_TIMER_MS, LONGEST_TIMER_MS],
  [LONGEST_TIMER_MS + 1, LONGEST_TIMER_MS],
  [Number.POSITIVE_INFINITY, LONGEST_TIMER_MS],
])('of %p ms a timer waits %p', (given, waits) => expect(timerMs(given)).toBe(waits))

test('the longest one does not fire at once', async () => {
  let fired = false
  const timer = setTimeout(() => {
    fired = true
  }, timerMs(99_999_999_999))
  await new Promise((resolve) => setTimeout(resolve, 20))
  clearTimeout(timer)
  expect(fired).toBe(false)
})
