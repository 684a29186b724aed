import { expect, test } from 'bun:test'
import { quietnessOf, saidShutdownMs, shutdownMs, takesTurns } from '../../lib/plan/process-options.ts'
import { planOne } from '../helpers/plan-one.ts'

const plan = (own: Record<string, unknown>, flow: Record<string, unknown> = {}) =>
  planOne({ name: 'a', uses: { kind: 'pass' }, options: own }, { options: flow })

test('the time to end: milliseconds of ours, seconds of Jina’s, the Flow before its one executor', () => {
  expect(shutdownMs(plan({}))).toBe(25_000)
  expect(shutdownMs(plan({ shutdown_timeout: 7 }))).toBe(7)
  expect(shutdownMs(plan({ shutdown_timeout: 7 }, { timeout_ctrl: 60 }))).toBe(60_000)
  expect(saidShutdownMs({ shutdown_timeout: 0, timeout_ctrl: 5 })).toBe(0)
  // No limit in Jina: then nothing was said.
  expect(saidShutdownMs({ timeout_ctrl: -1 })).toBeUndefined()
})

test('quietness and turns', () => {
  expect(quietnessOf({ quiet: true })).toEqual({ quiet: true, quietErrors: false })
  expect([takesTurns({}), takesTurns({ allow_concurrent: true }), takesTurns({ allow_concurrent: false })]).toEqual([
    false,
    false,
    true,
  ])
})
