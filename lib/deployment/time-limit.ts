/** `timeout_send`: a call that takes longer is given up, here and where it is worked on. */
import { XserveError } from '../errors.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import { timerMs } from '../within.ts'

/**
 * `handler` with a limit for every call; of a stream, for its first message. Rejects with XserveError DEADLINE. null and
 * negative numbers are no limit: then it is the handler itself.
 */
export function withTimeLimit<Handler extends CallHandler>(
  handler: Handler,
  name: string,
  limitMs: number | null,
): CallHandler {
  if (limitMs === null || limitMs < 0) return handler
  const late = (): XserveError =>
    new XserveError('DEADLINE', `${name} has not answered within its timeout_send, ${limitMs} ms`, {
      where: name,
      hint: 'the call may or may not have been carried out',
    })
  return {
    async call(request, context) {
      const limited = new LimitedContext(context, limitMs)
      try {
        const answer = await handler.call(request, limited)
        if (limited.isLate) throw late()
        return answer
      } catch (error) {
        throw limited.isLate ? late() : error
      } finally {
        limited.met()
      }
    },
    async *stream(request, context) {
      // The limit is met with the first message: the other end knows only the caller's own deadline.
      const limited = new LimitedContext(context, limitMs, context.deadline)
      try {
        for await (const item of handler.stream(request, limited)) {
          limited.met()
          yield item
        }
        if (limited.isLate) throw late()
      } catch (error) {
        throw limited.isLate ? late() : error
      } finally {
        limited.met()
      }
    },
  }
}

/** Cancelled with the caller, and by the clock before that. A class, since one is made for every call. */
class LimitedContext implements CallContext {
  readonly deadline: number
  readonly #endsMs: number
  #listeners: (() => void)[] = []
  #late = false
  #met = false
  #controller: AbortController | null = null
  readonly #timer: Timer

  constructor(
    private readonly outer: CallContext,
    limitMs: number,
    deadline?: number,
  ) {
    this.#endsMs = Date.now() + limitMs
    // The other end, which looks at the same clock, gives up after us: so the caller always hears of the limit.
    const own = this.#endsMs + 1
    this.deadline = deadline ?? (outer.deadline === 0 ? own : Math.min(own, outer.deadline))
    this.#timer = setTimeout(() => this.#expire(), timerMs(limitMs))
    outer.onCancel(() => this.#cancel())
  }

  /** An answer that the clock overtook while it was on its way counts as late, too. */
  get isLate(): boolean {
    return this.#late || (!this.#met && Date.now() >= this.#endsMs)
  }
  /** The answer is there. */
  met(): void {
    this.#met = true
    clearTimeout(this.#timer)
  }
  metadata(key: string): string | undefined {
    return this.outer.metadata(key)
  }
  get cancelled(): boolean {
    return this.#late || this.outer.cancelled
  }
  get loans(): object | undefined {
    return this.outer.loans
  }
  onCancel(listener: () => void): void {
    if (this.cancelled) listener()
    else this.#listeners.push(listener)
  }
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = new AbortController()
      this.#controller = controller
      this.onCancel(() => controller.abort(new XserveError('CANCELLED', 'nobody waits for the answer any more')))
    }
    return this.#controller.signal
  }
  #expire(): void {
    this.#late = true
    this.#cancel()
  }
  #cancel(): void {
    clearTimeout(this.#timer)
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }
}
