import { expect, test } from 'bun:test'
import { newId } from '../../lib/document/id.ts'

test('ids are 32 hex digits, and none comes twice, however often the pool is filled', () => {
  const ids = Array.from({ length: 2000 }, newId)
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})
