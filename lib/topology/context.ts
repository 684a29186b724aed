/** The context of calls for which nobody waits: they go on when the caller has its answer, or has gone. */
import type { CallContext } from '../wire/call.ts'

/** What tracing and authorisation need goes along; the deadline and the caller's leaving do not. */
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
  }
}
