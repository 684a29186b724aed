/** One call at a time in this process, in the order in which they came: for classes that keep their state between awaits. */
import { XserveError } from '../errors.ts'
import type { ExecutorCall } from './call.ts'
import { isStreaming } from './generator.ts'
import type { Methods } from './invoke.ts'

/** Calls that wait; what comes beyond is refused, as its caller would wait long and others longer. */
export const MOST_WAITING = 1000

/** Leaves the turn to the next one. */
type Leave = () => void

/** The same methods, each of which waits for its turn. A call that is cancelled while it waits is never made. */
export function oneAtATime(methods: Methods, names: Iterable<string>): Methods {
  const turns = createTurns()
  return Object.fromEntries([...new Set(names)].map((name) => [name, inTurn(methods, name, turns)]))
}

function inTurn(methods: Methods, name: string, take: (call: ExecutorCall) => Promise<Leave>): Methods[string] {
  if (isStreaming(methods[name])) {
    return async function* (call: ExecutorCall) {
      const leave = await take(call)
      try {
        yield* methods[name]!(call) as AsyncIterable<unknown>
      } finally {
        leave()
      }
    }
  }
  return async (call) => {
    const leave = await take(call)
    try {
      return await methods[name]!(call)
    } finally {
      leave()
    }
  }
}

/** Rejects with XserveError OVERLOADED, and CANCELLED for a caller who has left before its turn. */
function createTurns(): (call: ExecutorCall) => Promise<Leave> {
  const waiting: (() => void)[] = []
  let isTaken = false

  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) isTaken = false
    else next()
  }
  /** Each turn ends once, whoever calls how often. */
  const once = (): Leave => {
    let isLeft = false
    return () => {
      if (isLeft) return
      isLeft = true
      leave()
    }
  }
  return async ({ signal }) => {
    if (!isTaken) {
      isTaken = true
      return once()
    }
    if (waiting.length >= MOST_WAITING) {
      throw new XserveError('OVERLOADED', `${MOST_WAITING} calls wait for their turn: one is made at a time`, {
        hint: 'allow_concurrent: false asks for that; more replicas share the calls',
      })
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const left = (): void => {
      waiting.splice(waiting.indexOf(resolve), 1)
      reject(new XserveError('CANCELLED', 'the caller left before its turn'))
    }
    waiting.push(resolve)
    signal.addEventListener('abort', left)
    await promise.finally(() => signal.removeEventListener('abort', left))
    return once()
  }
}
