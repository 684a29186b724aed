import { expect, test } from 'bun:test'
import { type Polling, pollingTable } from '../../lib/deployment/polling.ts'
import type { PollingPlan } from '../../lib/plan/plan.ts'

test.each<[PollingPlan, string, Polling]>([
  ['any', '/x', 'any'],
  ['all', '/x', 'all'],
  ['any', '/search', 'all'],
  ['all', '/index', 'any'],
  [{ '/x': 'all' }, '/x', 'all'],
  [{ '/x': 'all' }, '/y', 'any'],
  [{ '/x': 'all' }, 'constructor', 'any'],
  [{ '*': 'all', '/y': 'any' }, '/y', 'any'],
  [{ '*': 'all' }, '/z', 'all'],
  [{ '*': 'all' }, '/index', 'any'],
  [{ '/search': 'any' }, '/search', 'any'],
])('with %p the endpoint %p goes to %p', (polling, endpoint, expected) => {
  expect(pollingTable(polling)(endpoint)).toBe(expected)
})
