/** How long a connection waits for what, and what it says when that did not come. */
import type { Refusal } from './refusal.ts'

/** Seconds, by what is waited for. */
export const SPANS = {
  nothing: 0,
  /** The next request of a connection that is kept. */
  request: 75,
  /** The rest of a head that has begun. */
  head: 10,
  /** A body, which has to bring BODY_BYTES_PER_SPAN in each such span. */
  body: 30,
  /** That the caller takes the last answer and hangs up. */
  end: 3,
} as const

/** A body slower than this is given up. */
export const BODY_BYTES_PER_SPAN = 4096

export const SLOW_HEAD: Refusal = {
  status: 408,
  detail: `the head of the request did not arrive within ${SPANS.head} s`,
}
export const SLOW_BODY: Refusal = { status: 408, detail: 'the body of the request arrives too slowly' }
