import { expect, test } from 'bun:test'
import { sharded } from '../../lib/deployment/sharded.ts'
import { XserveError } from '../../lib/errors.ts'
import { createLogger } from '../../lib/log.ts'
import { type CallHandler, detachedContext } from '../../lib/wire/call.ts'
import { requestOf } from '../topology/trace.ts'

/** Shards that write down their number when they are asked; those in `dead` fail. */
function shards(count: number, dead: readonly number[] = []) {
  const asked: number[] = []
  const all = Array.from({ length: count }, (_, shard): CallHandler => {
    const answer = () => {
      asked.push(shard)
      if (dead.includes(shard)) throw new XserveError('WORKER_DIED', 'gone')
    }
    return {
      async call(request) {
        answer()
        return request.answer({ role: 'executor', data: null, parameters: null, status: null, routes: [] })
      },
      async *stream(request) {
        answer()
        yield request
      },
    }
  })
  const lines: string[] = []
  const log = createLogger('e', { write: (line) => lines.push(line) })
  const handler = sharded(all, {
    name: 'e',
    merging: 'join',
    polling: (endpoint) => (endpoint === '/all' ? 'all' : 'any'),
    log,
  })
  return { all, handler, asked, lines }
}
const request = (on: string) => requestOf({ on, docs: [{ id: 'a' }] })

test('one shard is asked, by turns; all where the endpoint says so', async () => {
  const { handler, asked } = shards(3)
  for (let i = 0; i < 6; i++) await handler.call(request(''), detachedContext())
  expect(asked).toEqual([1, 2, 0, 1, 2, 0])
  asked.length = 0
  await handler.call(request('/all'), detachedContext())
  expect(asked).toEqual([0, 1, 2])
})

test('a stream is one shard’s, whatever the polling', async () => {
  const { handler, asked } = shards(2)
  const items = await Array.fromAsync(handler.stream(request('/all'), detachedContext()))
  expect([items.length, asked.length]).toEqual([1, 1])
})

test('a single shard is called as it is', () => {
  const { all, handler } = shards(1)
  expect(handler).toBe(all[0]!)
})

test('shards that fail with every request are not warned of with every request', async () => {
  const { handler, lines } = shards(2, [1])
  for (let i = 0; i < 100; i++) await handler.call(request('/all'), detachedContext())
  expect(lines.length).toBe(1)
  expect(lines[0]).toContain('1 shards out of 2 failed')
})
