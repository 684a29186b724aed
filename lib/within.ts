/** Waiting for something, but not for ever. */

/**
 * Whether it was fulfilled within so many milliseconds; rejects as it does. A timer that is left behind would keep a program
 * from ending.
 */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(late.resolve, ms, false)
  try {
    return await Promise.race([promise.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
