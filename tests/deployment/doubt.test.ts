import { expect, test } from 'bun:test'
import { createDoubt } from '../../lib/deployment/doubt.ts'

test('calls that are given up count until the next sign of life, which is asked for once at a time', async () => {
  const asked: PromiseWithResolvers<void>[] = []
  const doubt = createDoubt(() => {
    const answer = Promise.withResolvers<void>()
    asked.push(answer)
    return answer.promise
  })
  expect(doubt.calls).toBe(0)
  doubt.raise()
  doubt.raise()
  expect([doubt.calls, asked.length]).toEqual([2, 1])
  asked[0]!.resolve()
  await asked[0]!.promise
  expect(doubt.calls).toBe(0)
  doubt.raise()
  expect([doubt.calls, asked.length]).toEqual([1, 2])
  // A connection that breaks ends the silence, too: whoever comes after it starts anew.
  asked[1]!.reject(new Error('gone'))
  await asked[1]!.promise.catch(() => {})
  expect(doubt.calls).toBe(0)
})

test('it tells how long it has been asked in vain', () => {
  let now = 5
  const doubt = createDoubt(
    () => new Promise(() => {}),
    () => now,
  )
  expect(doubt.silentMs).toBe(0)
  doubt.raise()
  now = 25
  doubt.raise()
  expect(doubt.silentMs).toBe(20)
})
