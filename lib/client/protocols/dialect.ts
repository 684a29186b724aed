/** Which dialect of docarray a server speaks: what it tells of its version, asked with the first request (Jina facts §1.10). */
import type { DialectName } from '../../document/dialect.ts'
import { asXserveError, type ErrorCode } from '../../errors.ts'
import { type RetryPolicy, retry } from '../retry.ts'
import type { AskOptions } from './connection.ts'

export interface DialectOptions {
  /** Milliseconds; undefined: as long as it takes. */
  readonly deadlineMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: one attempt. */
  readonly retry?: RetryPolicy | undefined
}

/** Errors that the request itself would meet as well; any other means that the server tells nothing, as old ones do. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['UNREACHABLE', 'DEADLINE', 'CANCELLED'])
/** Who answers nothing for so long, in milliseconds, may still answer requests: a proxy that passes these alone, say. */
const PATIENCE_MS = 5000
const ONCE: RetryPolicy = { maxAttempts: 1, initialBackoffMs: 0, maxBackoffMs: 0, backoffMultiplier: 1 }

/**
 * Asks once for all callers and remembers what was told. `askVersion` gives docarray's version as the server has it. Rejects
 * with XserveError UNREACHABLE, DEADLINE, CANCELLED.
 */
export function createDialect(
  askVersion: (options: AskOptions) => Promise<string | undefined>,
): (options: DialectOptions) => Promise<DialectName> {
  let known: DialectName | undefined
  return async ({ deadlineMs, signal, retry: policy = ONCE }) => {
    if (known) return known
    try {
      const ask = () => askVersion({ timeoutMs: Math.min(deadlineMs ?? PATIENCE_MS, PATIENCE_MS), signal })
      known = dialectOfVersion(await retry(ask, policy, signal ?? new AbortController().signal))
    } catch (thrown) {
      const error = asXserveError(thrown)
      const isOurs = error.code === 'DEADLINE' && (deadlineMs ?? Number.POSITIVE_INFINITY) > PATIENCE_MS
      if (FATAL.has(error.code) && !isOurs) throw error
      if (error.code === 'UNKNOWN_METHOD') known = 'v1'
    }
    return known ?? 'v1'
  }
}

/** From 0.30 on it is the second. */
export function dialectOfVersion(version: string | undefined): DialectName {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 0 || minor >= 30 ? 'v2' : 'v1'
}
