import { expect, test } from 'bun:test'
import { type Balanced, balanced, createBalancer } from '../../lib/deployment/balance.ts'
import type { Replica } from '../../lib/deployment/replica.ts'
import { type ErrorCode, XserveError } from '../../lib/errors.ts'
import { detachedContext } from '../../lib/wire/call.ts'
import { requestOf } from '../topology/trace.ts'

const replica = (state: Replica['state'], pending = 0) =>
  ({ state, pending }) as { state: Replica['state']; pending: number } & Replica

test('the replica with the fewest calls is taken', () => {
  const [a, b, c] = [replica('ready', 3), replica('ready', 1), replica('ready', 2)]
  const pick = createBalancer([a, b, c])
  expect([pick(), pick(), pick()]).toEqual([b, b, b])
})

test('equals take turns', () => {
  const all = [replica('ready'), replica('ready'), replica('ready')]
  const pick = createBalancer(all)
  expect(new Set([pick(), pick(), pick()])).toEqual(new Set(all))
})

test('one that is ready goes before one that is starting, and that before one that failed', () => {
  const failed = replica('failed')
  const starting = replica('starting')
  const ready = replica('ready', 100)
  expect(createBalancer([failed, starting, ready])()).toBe(ready)
  expect(createBalancer([failed, starting])()).toBe(starting)
  expect(createBalancer([failed])()).toBe(failed)
})

const request = requestOf({ docs: [] })
const answering = (state: Balanced['state'], call: Balanced['call']): Balanced => ({
  state,
  pending: 0,
  call,
  async *stream() {},
})
const failing = (code: ErrorCode) => answering('ready', () => Promise.reject(new XserveError(code, code)))
const good = answering('ready', async (asked) => asked)

test('a replica that was not reached is passed over for another; one that may have begun is not', async () => {
  const group = balanced([failing('WORKER_UNAVAILABLE'), failing('OVERLOADED'), good])
  for (let i = 0; i < 3; i++) expect(await group.call(request, detachedContext())).toBe(request)
  const died = balanced([failing('WORKER_DIED'), failing('WORKER_DIED')])
  expect(await died.call(request, detachedContext()).catch((error) => error.code)).toBe('WORKER_DIED')
})

test('a stream goes to another replica as long as nothing has come of it', async () => {
  const streaming = (items: number, code?: ErrorCode): Balanced => ({
    ...answering('ready', async (asked) => asked),
    async *stream(asked) {
      for (let i = 0; i < items; i++) yield asked
      if (code) throw new XserveError(code, code)
    },
  })
  const read = async (group: readonly Balanced[]) => {
    let count = 0
    try {
      for await (const _ of balanced(group).stream(request, detachedContext())) count++
    } catch (error) {
      return [count, (error as XserveError).code]
    }
    return [count, 'end']
  }
  // Either may be asked first.
  for (let i = 0; i < 2; i++) expect(await read([streaming(0, 'UNREACHABLE'), streaming(3)])).toEqual([3, 'end'])
  expect(await read([streaming(2, 'UNREACHABLE'), streaming(2, 'UNREACHABLE')])).toEqual([2, 'UNREACHABLE'])
  expect(await read([streaming(0, 'WORKER_DIED'), streaming(0, 'WORKER_DIED')])).toEqual([0, 'WORKER_DIED'])
})

test('no more replicas are tried than retries say, and none twice', async () => {
  let calls = 0
  const counted = answering('ready', () => {
    calls++
    return Promise.reject(new XserveError('UNREACHABLE', 'no'))
  })
  const all = Array.from({ length: 8 }, () => ({ ...counted }))
  for (const [retries, tried] of [
    [0, 1],
    [2, 3],
    [-1, 8],
  ] as const) {
    calls = 0
    expect(
      await balanced(all, retries)
        .call(request, detachedContext())
        .catch((error) => error.code),
    ).toBe('UNREACHABLE')
    expect(calls).toBe(tried)
  }
})
