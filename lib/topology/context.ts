/** Contexts of the calls that a graph makes for its caller's. */
import type { Loans } from '../link/memory/loans.ts'
import type { CallContext } from '../wire/call.ts'

/** The caller's, with loans for what is between two executors. A class, since one is made for every call. */
export class LendingContext implements CallContext {
  constructor(
    private readonly outer: CallContext,
    readonly loans: Loans,
  ) {}

  get deadline(): number {
    return this.outer.deadline
  }
  get signal(): AbortSignal {
    return this.outer.signal
  }
  get cancelled(): boolean {
    return this.outer.cancelled
  }
  metadata(key: string): string | undefined {
    return this.outer.metadata(key)
  }
  onCancel(listener: () => void): void {
    this.outer.onCancel(listener)
  }
}

/**
 * For calls for which nobody waits: they go on when the caller has its answer, or has gone. What tracing and authorisation
 * need goes along, and the loans; the deadline and the caller's leaving do not.
 */
export function detachedFrom(context: CallContext): CallContext {
  let signal: AbortSignal | null = null
  return {
    metadata: (key) => context.metadata(key),
    deadline: 0,
    get signal() {
      signal ??= new AbortController().signal
      return signal
    },
    onCancel: () => {},
    cancelled: false,
    loans: context.loans,
  }
}
