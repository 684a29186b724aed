/** When a request that reached nobody is tried again: attempts, growing pauses, and chance so that many callers do not come at once. */
import { asXserveError, XserveError } from '../errors.ts'
import { timerMs } from '../within.ts'

/** Names and defaults as Jina's client has them (Jina facts §9), times in milliseconds. */
export interface RetryOptions {
  /** How often connecting is tried in all. Default 1. What may have been sent is never sent again. */
  readonly maxAttempts?: number | undefined
  /** Pause before the second attempt. Default 500. */
  readonly initialBackoffMs?: number | undefined
  /** Longest pause. Default 2000. */
  readonly maxBackoffMs?: number | undefined
  /** How much longer each pause may be than the one before. Default 1.5. */
  readonly backoffMultiplier?: number | undefined
}

export type RetryPolicy = { readonly [K in keyof RetryOptions]-?: number }

/** Throws XserveError BAD_ARGUMENT. */
export function retryPolicy({
  maxAttempts = 1,
  initialBackoffMs = 500,
  maxBackoffMs = 2000,
  backoffMultiplier = 1.5,
}: RetryOptions): RetryPolicy {
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1)
    throw bad(`maxAttempts must be a whole number from 1, not ${maxAttempts}`)
  if (!(initialBackoffMs >= 0)) throw bad(`initialBackoffMs must be from 0, not ${initialBackoffMs}`)
  if (!(maxBackoffMs >= 0)) throw bad(`maxBackoffMs must be from 0, not ${maxBackoffMs}`)
  if (!(backoffMultiplier >= 1)) throw bad(`backoffMultiplier must be from 1, not ${backoffMultiplier}`)
  return { maxAttempts, initialBackoffMs, maxBackoffMs, backoffMultiplier }
}

/** The pause after attempt `attempt` (from 1): the initial one first, then by chance below a bound that grows. */
export function backoffMs(attempt: number, policy: RetryPolicy, random: () => number = Math.random): number {
  const { initialBackoffMs, maxBackoffMs, backoffMultiplier } = policy
  if (attempt === 1) return Math.min(initialBackoffMs, maxBackoffMs)
  return random() * Math.min(initialBackoffMs * backoffMultiplier ** (attempt - 1), maxBackoffMs)
}

/** Whether the error is that no connection came about, and another attempt may be luckier: a certificate stays what it is. */
export function mayRetry(error: unknown): boolean {
  const { code, message } = asXserveError(error)
  return code === 'UNREACHABLE' && !/certificate|TLS|instead of/i.test(message)
}

/** Calls until it succeeds, fails with what no attempt can mend, or attempts are used up. */
export async function retry<T>(call: () => Promise<T>, policy: RetryPolicy, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (attempt >= policy.maxAttempts || signal.aborted || !mayRetry(error)) throw error
      await pause(backoffMs(attempt, policy), signal)
    }
  }
}

/** Resolves early when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timerMs(ms))
    signal.addEventListener('abort', done)
  })
}

const bad = (message: string) => new XserveError('BAD_ARGUMENT', message)
