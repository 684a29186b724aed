import { expect, test } from 'bun:test'
import { createSieve } from '../../lib/flow/restless.ts'

test('a sixth change within ten seconds of a file that nobody imports is told once, and then passed over', () => {
  const sift = createSieve()
  for (let i = 0; i < 5; i++) expect(sift(['a', 'b'], ['b'], i * 100)).toEqual({ wanted: ['a', 'b'], restless: [] })
  expect(sift(['a', 'b'], ['b'], 600)).toEqual({ wanted: ['b'], restless: ['a'] })
  expect(sift(['a'], [], 700)).toEqual({ wanted: [], restless: [] })
  expect(sift(['a'], [], 60_000)).toEqual({ wanted: [], restless: [] })
  // Somebody imports it by now.
  expect(sift(['a'], ['a'], 70_000)).toEqual({ wanted: ['a'], restless: [] })
  expect(sift(['a'], [], 70_001)).toEqual({ wanted: ['a'], restless: [] })
})

test('now and then is no matter', () => {
  const sift = createSieve()
  for (let i = 0; i < 50; i++) expect(sift(['a'], [], i * 2500)).toEqual({ wanted: ['a'], restless: [] })
})
