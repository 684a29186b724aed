/** How long a timer can wait: beyond it, it fires at once, and who asked for weeks would have no time at all. */

/** Milliseconds, nearly 25 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** For what people write as "as good as for ever": the longest wait that there is instead of none. */
export const timerMs = (ms: number): number => Math.min(ms, LONGEST_TIMER_MS)
