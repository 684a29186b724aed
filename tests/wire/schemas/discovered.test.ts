/** What executors elsewhere announce, read back; and the schemas of a chain of executors. */
import { expect, test } from 'bun:test'
import { announcement } from '../../../lib/wire/schemas/announce.ts'
import { chainSchemas, discoveredSchemas } from '../../../lib/wire/schemas/discovered.ts'

const named = (name: string) => ({ name, model: { type: 'object', properties: { text: { type: 'string' } } } })

test('what we announce is read back; what declares nothing is left out', () => {
  const schemas = { '/x': { input: named('In'), output: named('Out'), parameters: named('P') } }
  const made = announcement(['/x', '/y', '_jina_dry_run_'], schemas, new Set(), 'pydantic1')
  const found = discoveredSchemas(made)
  expect(Object.keys(found)).toEqual(['/x'])
  expect([found['/x']!.input?.name, found['/x']!.output?.name, found['/x']!.parameters?.name]).toEqual([
    'In',
    'Out',
    'P',
  ])
})

test.each([
  [{ '/x': null }],
  [{ '/x': { input: { properties: {} }, output: 5 } }],
  [{ '/x': { input: { name: 'A' } } }],
])('%j is no announcement', (announced) => expect(discoveredSchemas(announced)).toEqual({}))

test('a chain takes what its first takes and gives what its last gives', () => {
  const [a, b, c] = ['A', 'B', 'C'].map(named)
  expect(
    chainSchemas([
      { '/x': { input: a!, output: b!, parameters: null } },
      { '/y': { input: a!, output: null, parameters: null } },
      { '/x': { input: b!, output: c!, parameters: a! } },
    ]),
  ).toEqual({
    '/x': { input: a!, output: c!, parameters: a! },
    '/y': { input: a!, output: null, parameters: null },
  })
})
