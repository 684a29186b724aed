/** Answers of a streaming endpoint as server-sent events, framed to the byte as Jina's client cuts them (Jina facts §2.4). */

import { dataToNodeJson } from '../../document/v2/to-json.ts'
import { isTellable, XserveError } from '../../errors.ts'
import type { Envelope } from '../../wire/envelope.ts'
import { decodeStatus } from '../../wire/status.ts'
import { within } from '../../within.ts'
import { failureJson } from '../json/answer.ts'

/** After so long without a document a comment is sent, or proxies take the connection for dead: some do after ten seconds (Jina: 15). */
const PING_MS = 9_000
const PING = ': ping\r\n\r\n'
/** As Jina writes it. */
const END = 'event: end\r\n\r\n'
/** Browsers keep an event without data to themselves: a page would not hear of the end, and its EventSource begin anew. */
const END_FOR_PAGES = 'event: end\r\ndata: {}\r\n\r\n'

type Frames = AsyncIterator<Envelope>

/**
 * Pieces, each with whole events: `update` with a document as long as all goes well, then `end`; or `error` with what went
 * wrong, behind which the answer is cut off, so that callers who know no such event see that it is not whole. `first` has been
 * taken already; `forPages`: the end has data. By hand, since a generator that has not begun does not tell its source that nobody wants it.
 */
export function createEvents(
  first: IteratorResult<Envelope>,
  frames: Frames,
  forPages: boolean,
): AsyncIterable<string> {
  let pending: Promise<IteratorResult<Envelope>> | null = Promise.resolve(first)
  /** Set behind the last event: undefined for a good end, else with what the answer is cut off. */
  let last: { readonly error: unknown } | null = null

  const piece = (next: IteratorResult<Envelope>): string => {
    if (next.done === true) {
      last = { error: undefined }
      return forPages ? END_FOR_PAGES : END
    }
    const envelope = next.value
    if (!envelope.isError) return dataToNodeJson(envelope.data).map(update).join('')
    const status = decodeStatus(envelope.status)
    last = { error: new XserveError('ANSWER_FAILED', status.description) }
    void frames.return?.()
    return event('error', JSON.stringify({ detail: status.description, status }))
  }
  const iterator: AsyncIterator<string> = {
    async next() {
      if (last !== null) {
        if (last.error !== undefined) throw last.error
        return { done: true, value: undefined }
      }
      try {
        pending ??= frames.next()
        const next = await withinPing(pending)
        if (next === null) return { done: false, value: PING }
        pending = null
        return { done: false, value: piece(next) }
      } catch (error) {
        last = { error }
        void frames.return?.()
        return { done: false, value: brokenOff(error) }
      }
    },
    async return() {
      last = { error: undefined }
      await frames.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

const event = (name: string, data: string): string => `event: ${name}\r\ndata: ${data}\r\n\r\n`
const update = (document: Record<string, unknown>): string => event('update', JSON.stringify(document))

/** What we do not know is masked, as everywhere; the front tells the operator. */
function brokenOff(error: unknown): string {
  const known = isTellable(error) ? error : new XserveError('INTERNAL', 'internal error')
  const detail = JSON.stringify(known.message)
  return event('error', `{"detail":${detail},"code":"${known.code}","status":${failureJson(known)}}`)
}

/** null: nothing came for too long. */
async function withinPing(pending: Promise<IteratorResult<Envelope>>): Promise<IteratorResult<Envelope> | null> {
  return (await within(pending, PING_MS)) ? pending : null
}
