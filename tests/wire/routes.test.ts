import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeRoutes, encodedRoutesLength, now, writeRoutes } from '../../lib/wire/routes.ts'

test('routes are written in the length told, and read back to the microsecond', () => {
  const time = fc.oneof(fc.constant(0), fc.double({ min: 1, max: 4e12, noNaN: true }))
  fc.assert(
    fc.property(fc.array(fc.record({ executor: fc.string(), startMs: time, endMs: time })), (given) => {
      const routes = given.map((route) => ({ ...route, status: null }))
      const out = new Uint8Array(encodedRoutesLength(routes))
      expect(writeRoutes(out, 0, routes)).toBe(out.length)
      const back = decodeRoutes(out)
      expect(back.map((route) => route.executor)).toEqual(given.map((route) => route.executor))
      for (const [i, route] of back.entries()) expect(Math.abs(route.startMs - given[i]!.startMs)).toBeLessThan(0.0021)
    }),
  )
})

test.each([0.9999, 999.9994, 999.9996, 999.9999])(
  'a time next to a full second is off by a microsecond at most: .%p',
  (ms) => {
    const startMs = 1_700_000_000_000 + ms
    const routes = [{ executor: 'a', startMs, endMs: 0, status: null }]
    const out = new Uint8Array(encodedRoutesLength(routes))
    expect(writeRoutes(out, 0, routes)).toBe(out.length)
    expect(Math.abs(decodeRoutes(out)[0]!.startMs - startMs)).toBeLessThanOrEqual(0.001)
  },
)

test('now() is the time of the day and does not go back', () => {
  const first = now()
  expect(Math.abs(first - Date.now())).toBeLessThan(1000)
  expect(now()).toBeGreaterThanOrEqual(first)
})
