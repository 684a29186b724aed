/** Replicas as one call interface: the ready one with the fewest calls under way is taken, equals take turns. */
import { asXserveError, type ErrorCode } from '../errors.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'

/** What balancing needs to know of a replica, wherever it runs. */
export interface Balanced extends CallHandler {
  /** Calls under way. */
  readonly pending: number
  /** `starting` takes calls and lets them wait. */
  readonly state: 'new' | 'starting' | 'ready' | 'failed' | 'stopped'
  /** A call that it had was given up before its answer came: does it still answer? Default: nobody looks into it. */
  doubt?(): void
}

const GIVEN_UP: ReadonlySet<ErrorCode> = new Set(['CANCELLED', 'DEADLINE'])

/** Whether a call failed because nobody waited for its answer any longer. */
export const isGivenUp = (error: unknown): boolean => GIVEN_UP.has(asXserveError(error).code)

/** What tells for sure that the call has not reached the executor, so that another replica may be asked. */
const NOT_REACHED: ReadonlySet<ErrorCode> = new Set(['WORKER_UNAVAILABLE', 'UNREACHABLE', 'DRAINING', 'OVERLOADED'])

/** Further attempts when the number is left to us. */
const DEFAULT_RETRIES = 3

/** `retries`: how many other replicas are tried at most when one was not reached; -1 = max(3, replicas), as in Jina. */
export function balanced<Replica extends Balanced>(group: readonly Replica[], retries = -1): CallHandler {
  const [only] = group
  if (group.length === 1 && only) return only
  const pick = createBalancer(group)
  const most = Math.min(group.length - 1, retries < 0 ? Math.max(DEFAULT_RETRIES, group.length) : retries)

  const elsewhere = async (
    error: unknown,
    request: Envelope,
    context: CallContext,
    tried: readonly Replica[],
  ): Promise<Envelope> => {
    if (isGivenUp(error)) tried.at(-1)?.doubt?.()
    if (!mayRepeat(error, tried, context)) throw error
    const next = pick(tried)
    return next.call(request, context).catch((again) => elsewhere(again, request, context, [...tried, next]))
  }
  /** Until the first message has come, another replica may be asked. */
  async function* streamed(request: Envelope, context: CallContext): AsyncGenerator<Envelope, void, undefined> {
    for (const tried: Replica[] = []; ; ) {
      const replica = pick(tried)
      let begun = false
      try {
        for await (const item of replica.stream(request, context)) {
          begun = true
          yield item
        }
        if (!begun && context.cancelled) replica.doubt?.()
        return
      } catch (error) {
        tried.push(replica)
        if (begun || !mayRepeat(error, tried, context)) throw error
      }
    }
  }

  const mayRepeat = (error: unknown, tried: readonly Replica[], context: CallContext): boolean =>
    NOT_REACHED.has(asXserveError(error).code) && tried.length <= most && !context.cancelled

  return {
    call(request, context) {
      const first = pick()
      return first.call(request, context).catch((error) => elsewhere(error, request, context, [first]))
    },
    stream: streamed,
  }
}

/** With nobody ready, one that is starting (calls wait for it), else any (its error is the caller's). */
export function createBalancer<Replica extends Pick<Balanced, 'pending' | 'state'>>(
  replicas: readonly Replica[],
): (tried?: readonly Replica[]) => Replica {
  const [only] = replicas
  if (replicas.length === 1 && only) return () => only
  let turn = 0
  return (tried) => {
    turn = (turn + 1) % replicas.length
    let best: Replica | undefined
    for (let i = 0; i < replicas.length; i++) {
      const other = replicas[(turn + i) % replicas.length]!
      if (tried?.includes(other)) continue
      if (best === undefined || rank(other) < rank(best)) best = other
    }
    return best ?? replicas[turn]!
  }
}

const NOT_READY = 1e9

function rank(replica: Pick<Balanced, 'pending' | 'state'>): number {
  if (replica.state === 'ready') return replica.pending
  return replica.state === 'starting' ? NOT_READY : 2 * NOT_READY
}
