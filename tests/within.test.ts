import { expect, test } from 'bun:test'
import { within } from '../lib/within.ts'

test('in time, too late, or as it fails', async () => {
  expect(await within(Promise.resolve(0), 10_000)).toBeTrue()
  expect(await within(new Promise(() => {}), 1)).toBeFalse()
  expect(within(Promise.reject(new Error('no')), 10_000)).rejects.toThrow('no')
})
