/** A place for the topology of the moment: a changed Flow takes it over between two requests. */
import type { CallHandler } from '../wire/call.ts'

export interface Swappable<Handler extends CallHandler> extends CallHandler {
  /** Who gets the calls that come from now on. */
  readonly current: Handler
  /** Puts `next` in the place; the one before finishes what it has and is handed back, to be drained by the caller. */
  swap(next: Handler): Handler
}

export function swappable<Handler extends CallHandler>(first: Handler): Swappable<Handler> {
  let current = first
  return {
    get current() {
      return current
    },
    swap(next) {
      const before = current
      current = next
      return before
    },
    call: (request, context) => current.call(request, context),
    stream: (request, context) => current.stream(request, context),
  }
}
