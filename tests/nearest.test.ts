import { expect, test } from 'bun:test'
import { nearest } from '../lib/nearest.ts'

test.each([
  ['prot', 'port'],
  ['repilcas', 'replicas'],
  ['PORT', 'port'],
  ['zzz', undefined],
  ['', undefined],
  ['v', undefined],
])('nearest(%p) is %p', (word, expected) => {
  expect(nearest(word, ['port', 'replicas', 'name', 'p'])).toBe(expected as string)
})
