import { describe, expect, test } from 'bun:test'
import { type CommandDefinition, parseArguments } from '../../lib/commands/arguments.ts'
import { givenHttpOptions, HTTP_OPTIONS, readHttpOptions } from '../../lib/commands/http-options.ts'
import { VERSION } from '../../lib/commands/version.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [],
  options: HTTP_OPTIONS,
  run: async () => 0,
}
const parse = (...tokens: string[]) => parseArguments(command, tokens)
const exposed = (value: unknown) => readHttpOptions(parse('--expose-endpoints', JSON.stringify(value))).exposeEndpoints

describe('readHttpOptions()', () => {
  test('without options: all routes, no other website', () => {
    expect(readHttpOptions(parse())).toEqual({
      version: VERSION,
      debugEndpoints: true,
      crudEndpoints: true,
      exposeEndpoints: {},
      cors: false,
    })
    expect(givenHttpOptions(parse())).toEqual([])
  })

  test('takes Jina’s names', () => {
    const args = parse('--no-debug-endpoints', '--no_crud_endpoints', '--cors', '--title', 'T', '--description', 'D')
    expect(readHttpOptions(args)).toEqual({
      version: VERSION,
      debugEndpoints: false,
      crudEndpoints: false,
      exposeEndpoints: {},
      cors: true,
      title: 'T',
      description: 'D',
    })
    expect(givenHttpOptions(args)).toEqual([
      '--no-debug-endpoints',
      '--no-crud-endpoints',
      '--cors',
      '--title',
      '--description',
    ])
  })

  test('routes of endpoints keep what is used, in one spelling', () => {
    const route = { methods: ['post', 'GET'], http_path: '/bar', summary: 's', tags: ['a'], deprecated: true }
    expect(exposed({ '/foo': route, '/plain': {}, '/null': { methods: null } })).toEqual({
      '/foo': { methods: ['POST', 'GET'], path: '/bar', summary: 's', tags: ['a'] },
      '/plain': {},
      '/null': {},
    })
  })

  test.each([
    [{ '/foo': 1 }, '/foo must be an object'],
    [{ '/foo': ['POST'] }, '/foo must be an object'],
    [{ '/foo': { mehtods: ['POST'] } }, '/foo mehtods is not known'],
    [{ '/foo': { methods: 'POST' } }, '/foo methods must be a list of texts'],
    [{ '/foo': { methods: ['FETCH'] } }, '"FETCH", which is no HTTP method'],
    [{ '/foo': { path: 'foo' } }, '/foo path must begin with /'],
    [{ foo: {} }, 'foo path must begin with /'],
    [{ '/foo': { summary: 1 } }, '/foo summary must be a text'],
  ])('%j is refused: %s', (value, part) => {
    expect(() => exposed(value)).toThrow(part)
  })
})
