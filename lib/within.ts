/** Waiting for something, but not for ever; and how long a timer can wait: beyond it, it fires at once. */

/** Milliseconds, nearly 25 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** For what people write as "as good as for ever": the longest wait that there is instead of none. */
export const timerMs = (ms: number): number => Math.min(ms, LONGEST_TIMER_MS)

/**
 * Whether it was fulfilled within so many milliseconds; rejects as it does. A timer that is left behind would keep a program
 * from ending.
 */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(late.resolve, timerMs(ms), false)
  try {
    return await Promise.race([promise.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
