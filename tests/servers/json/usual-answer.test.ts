/** The middle of answers that is copied: it says what this answer is, never what was said in the one before. */
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { camelCaseAnswer } from '../../../lib/servers/json/answer.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'

/** Whole microseconds of the epoch; 0: no such time. Few seconds, so that they come again. */
const time = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_003_000_000 }),
  fc.integer({ min: 1, max: 253_402_300_799_999 }),
)
const route = fc.record({ executor: fc.constantFrom('gateway', 'a', 'ö"'), start: time, end: time })
const name = fc.oneof(fc.constantFrom('/a', '/b', '/"ß\n'), fc.string({ minLength: 600, maxLength: 700 }))
const answers = fc.array(
  fc.record({
    id: fc.string(),
    endpoint: name,
    target: fc.constantFrom('', 'a', 'b'),
    routes: fc.array(route, { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 20 },
)

const textOf = (micros: number): string | null =>
  micros === 0
    ? null
    : `${new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, -5)}.${String(micros % 1e6).padStart(6, '0')}Z`

test('answers one behind the other say their own names and times', () => {
  fc.assert(
    fc.property(answers, (list) => {
      const texts = list.map(({ id, endpoint, target, routes }) => {
        const request = Envelope.parse(Envelope.create({ requestId: id, endpoint, targetExecutor: target }).encode())
        const made = routes.map(({ executor, start, end }) => {
          return { executor, startMs: start / 1000, endMs: end / 1000, status: null }
        })
        return camelCaseAnswer(
          request.answer({ role: 'gateway', data: null, parameters: null, status: null, routes: made }),
        )
      })
      for (const [i, text] of texts.entries()) {
        const { id, endpoint, routes } = list[i]!
        const { header, ...rest } = JSON.parse(Buffer.from(text).toString())
        expect(header).toMatchObject({ requestId: id, status: null, execEndpoint: endpoint })
        expect(rest).toEqual({
          parameters: {},
          routes: routes.map(({ executor, start, end }) => {
            return { executor, startTime: textOf(start), endTime: textOf(end), status: null }
          }),
          data: [],
        })
      }
    }),
    { numRuns: 300 },
  )
})

test('a time beyond the year 9999 breaks no other', () => {
  const request = Envelope.create({ requestId: 'r', endpoint: '/far' })
  const read = (startMs: number) => {
    const routes = [{ executor: 'x', startMs, endMs: 0, status: null }]
    const answer = request.answer({ role: 'gateway', data: null, parameters: null, status: null, routes })
    return JSON.parse(Buffer.from(camelCaseAnswer(answer)).toString()).routes[0].startTime
  }
  for (let i = 0; i < 2; i++) {
    expect(read(1_700_000_000_000)).toBe('2023-11-14T22:13:20.000000Z')
    expect(read(253_402_300_800_000)).toBe('+010000-01-01T00:00:00.000000Z')
  }
})
