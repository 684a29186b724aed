/** The context of one request, made of its RPC; what costs something (a signal, a listener) is made on first use. */
import { XserveError } from '../../errors.ts'
import type { CallContext } from '../../wire/call.ts'

/** What a context is made of: a GrpcCall, or one request's share of a stream. */
export interface ContextSource {
  metadata(key: string): string | undefined
  readonly deadline: number
  readonly cancelled: boolean
  /** Calls back at most once, right away when it has happened already. */
  onCancel(listener: () => void): void
}

/** Nothing is registered with `source` before somebody asks for the signal or to be told. */
export function createContext(source: ContextSource): CallContext {
  let controller: AbortController | null = null
  return {
    metadata: (key) => source.metadata(key),
    get deadline() {
      return source.deadline
    },
    get cancelled() {
      return source.cancelled
    },
    onCancel(listener) {
      source.onCancel(listener)
    },
    get signal() {
      if (controller === null) {
        const made = new AbortController()
        controller = made
        source.onCancel(() => made.abort(cancelReason(source.deadline)))
      }
      return controller.signal
    },
  }
}

function cancelReason(deadline: number): XserveError {
  if (deadline !== 0 && Date.now() >= deadline)
    return new XserveError('DEADLINE', 'the deadline of the call has passed')
  return new XserveError('CANCELLED', 'the caller has gone')
}
