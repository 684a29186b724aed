/** What comes on a stream of events when nothing comes. */
import { afterEach, beforeEach, expect, jest, test } from 'bun:test'
import { createEvents } from '../../../lib/servers/http/events.ts'
import type { Envelope } from '../../../lib/wire/envelope.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

// Public case 100.
test('a quiet stream has a comment at least every ten seconds, and goes on behind it', async () => {
  const waiting = Promise.withResolvers<IteratorResult<Envelope>>()
  const frames: AsyncIterator<Envelope> = {
    next: () => waiting.promise,
    return: async () => ({ done: true, value: undefined }),
  }
  const first = { done: false, value: { isError: false, data: new Uint8Array(0) } as Envelope } as const
  const events = createEvents(first, frames, false)[Symbol.asyncIterator]()
  expect(await events.next()).toEqual({ done: false, value: '' })
  for (let pings = 0; pings < 3; pings++) {
    const next = events.next()
    jest.advanceTimersByTime(10_000)
    expect(await next).toEqual({ done: false, value: ': ping\r\n\r\n' })
  }
  const last = events.next()
  waiting.resolve({ done: true, value: undefined })
  expect(await last).toEqual({ done: false, value: 'event: end\r\n\r\n' })
  expect((await events.next()).done).toBe(true)
})
