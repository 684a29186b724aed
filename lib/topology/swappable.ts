/** A place for the topology of the moment: a changed Flow takes it over between two requests, and no request is lost. */
import type { CallHandler } from '../wire/call.ts'

export interface Swapped<Handler> {
  readonly before: Handler
  /** Resolves when the calls are answered that had begun on it: then nobody needs what is behind it any more. */
  readonly finished: Promise<void>
}

export interface Swappable<Handler extends CallHandler> extends CallHandler {
  /** Who gets the calls that come from now on. */
  readonly current: Handler
  /** Puts `next` in the place, at once; the one before finishes what it has. */
  swap(next: Handler): Swapped<Handler>
}

/** One that has been in the place. */
interface Tenant<Handler> {
  readonly handler: Handler
  /** Calls under way. */
  open: number
  /** Set once it has been replaced. */
  finish: (() => void) | null
}

export function swappable<Handler extends CallHandler>(first: Handler): Swappable<Handler> {
  const move = (handler: Handler): Tenant<Handler> => ({ handler, open: 0, finish: null })
  const leave = (tenant: Tenant<Handler>): void => {
    if (--tenant.open === 0) tenant.finish?.()
  }
  let tenant = move(first)

  return {
    get current() {
      return tenant.handler
    },
    swap(next) {
      const before = tenant
      tenant = move(next)
      const { promise, resolve } = Promise.withResolvers<void>()
      before.finish = resolve
      if (before.open === 0) resolve()
      return { before: before.handler, finished: promise }
    },
    call(request, context) {
      const mine = tenant
      mine.open++
      return mine.handler.call(request, context).then(
        (answer) => {
          leave(mine)
          return answer
        },
        (error: unknown) => {
          leave(mine)
          throw error
        },
      )
    },
    async *stream(request, context) {
      const mine = tenant
      mine.open++
      try {
        yield* mine.handler.stream(request, context)
      } finally {
        leave(mine)
      }
    },
  }
}
