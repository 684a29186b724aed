import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeRoutes, encodeRoutes, now } from '../../lib/wire/routes.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import { decode } from './oracle.ts'

const failedStatus = (text: string) =>
  encodeStatus({ name: 'E', args: [text], stacks: [], executor: 'K', description: '' })

test('routes are read back to the microsecond, with long names and statuses, too', () => {
  const time = fc.oneof(fc.constant(0), fc.double({ min: 1, max: 4e12, noNaN: true }))
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          executor: fc.oneof(fc.string(), fc.string({ unit: 'binary', minLength: 60, maxLength: 200 })),
          startMs: time,
          endMs: time,
          status: fc.option(fc.string({ maxLength: 3000 }).map(failedStatus)),
        }),
      ),
      (given) => {
        const out = encodeRoutes(given)
        const back = decodeRoutes(out)
        expect(back.map((route) => route.executor)).toEqual(given.map((route) => route.executor))
        expect(decode('jina.DataRequestProto', out)).toBeDefined()
        for (const [i, route] of back.entries())
          expect(Math.abs(route.startMs - given[i]!.startMs)).toBeLessThan(0.0021)
      },
    ),
  )
})

test.each([0.9999, 999.9994, 999.9996, 999.9999])(
  'a time next to a full second is off by a microsecond at most: .%p',
  (ms) => {
    const startMs = 1_700_000_000_000 + ms
    const routes = [{ executor: 'a', startMs, endMs: 0, status: null }]
    const out = encodeRoutes(routes)
    expect(Math.abs(decodeRoutes(out)[0]!.startMs - startMs)).toBeLessThanOrEqual(0.001)
  },
)

test('now() is the time of the day and does not go back', () => {
  const first = now()
  expect(Math.abs(first - Date.now())).toBeLessThan(1000)
  expect(now()).toBeGreaterThanOrEqual(first)
})
