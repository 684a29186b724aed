import { expect, test } from 'bun:test'
import { createBalancer } from '../../lib/deployment/balance.ts'
import type { Replica } from '../../lib/deployment/replica.ts'

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
