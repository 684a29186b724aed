/** Parameters against both kinds of schemas. */
import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { createParametersCheck } from '../../../lib/executor/typed/parameters-check.ts'
import { readSchema } from '../../../lib/executor/typed/read-schema.ts'

const of = (schema: object) => createParametersCheck(readSchema(schema as never, 'input', 'XParameters'))
const RESULTS = { __results__: { 'a/rep-0': { n: 1 } } }

describe.each([
  [
    'JSON schema',
    {
      type: 'object',
      required: ['factor'],
      properties: { factor: { type: 'number' }, unit: { type: 'string', default: 'EUR' } },
      additionalProperties: false,
    },
  ],
  ['zod', z.strictObject({ factor: z.number(), unit: z.string().default('EUR') })],
])('%s', (_, schema) => {
  const check = of(schema)
  test('fills in defaults, and leaves what was given alone', async () => {
    const given = { factor: 2 }
    expect(await check(given)).toEqual({ value: { factor: 2, unit: 'EUR' } })
    expect(given).toEqual({ factor: 2 })
  })

  test('knows nothing of the results of earlier executors, which stay', async () => {
    expect(await check({ factor: 2, ...RESULTS })).toEqual({ value: { factor: 2, unit: 'EUR', ...RESULTS } })
  })

  test('tells what is wrong, and where', async () => {
    expect(await check({ factor: 'x' })).toMatchObject({ problem: { path: ['factor'] } })
    expect(await check({})).toMatchObject({ problem: { path: ['factor'] } })
    expect(await check({ factor: 1, more: 1 })).toHaveProperty('problem')
  })
})

test('null where there is no null is as if it were left out', () => {
  const check = of({ type: 'object', properties: { a: { type: 'string' }, b: { type: ['string', 'null'] } } })
  expect(check({ a: null, b: null })).toEqual({ value: { b: null } })
})
