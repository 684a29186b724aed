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
  readonly loans?: object | null
}

/** Nothing is registered with `source` before somebody asks for the signal or to be told. */
export function createContext(source: ContextSource): CallContext {
  return new RequestContext(source)
}

/** A class, since one is made for every request and a handful of closures each would cost more than the rest of it. */
class RequestContext implements CallContext {
  #controller: AbortController | null = null

  constructor(private readonly source: ContextSource) {}

  metadata(key: string): string | undefined {
    return this.source.metadata(key)
  }

  get deadline(): number {
    return this.source.deadline
  }

  get cancelled(): boolean {
    return this.source.cancelled
  }

  get loans(): object | undefined {
    return this.source.loans ?? undefined
  }

  onCancel(listener: () => void): void {
    this.source.onCancel(listener)
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = new AbortController()
      this.#controller = controller
      this.source.onCancel(() => controller.abort(cancelReason(this.source.deadline)))
    }
    return this.#controller.signal
  }
}

function cancelReason(deadline: number): XserveError {
  if (deadline !== 0 && Date.now() >= deadline)
    return new XserveError('DEADLINE', 'the deadline of the call has passed')
  return new XserveError('CANCELLED', 'the caller has gone')
}
