import { expect, test } from 'bun:test'
import { pollingPlan, pollingTable } from '../../lib/deployment/polling.ts'

test.each([
  ['any', '/x', 'any'],
  ['ALL', '/x', 'all'],
  ['any', '/search', 'all'],
  ['all', '/index', 'any'],
  ['{"/x": "ALL"}', '/x', 'all'],
  ['{"/x": "ALL"}', '/y', 'any'],
  ['{"*": "ALL", "/y": "any"}', '/y', 'any'],
  ['{"*": "ALL"}', '/z', 'all'],
  ['{"/search": "ANY"}', '/search', 'any'],
])('with %p the endpoint %p goes to %p', (text, endpoint, expected) => {
  expect(pollingTable(pollingPlan(text))(endpoint)).toBe(expected as 'any')
})

test.each(['some', '', '{"/x": 1}', '{"/x"'])('%p is refused', (text) => {
  expect(() => pollingPlan(text)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }))
})
