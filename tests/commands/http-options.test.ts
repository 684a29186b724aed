import { describe, expect, test } from 'bun:test'
import { type CommandDefinition, parseArguments } from '../../lib/commands/arguments.ts'
import { givenHttpOptions, HTTP_OPTIONS, readHttpOptions } from '../../lib/commands/http-options.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [],
  options: HTTP_OPTIONS,
  examples: [],
  run: async () => 0,
}
const parse = (...tokens: string[]) => parseArguments(command, tokens)

describe('readHttpOptions()', () => {
  test('without options: all routes, no other website', () => {
    expect(readHttpOptions(parse())).toEqual({
      debugEndpoints: true,
      crudEndpoints: true,
      exposeEndpoints: {},
      cors: false,
      title: null,
      description: null,
    })
    expect(givenHttpOptions(parse())).toEqual([])
  })

  test('takes Jina’s names', () => {
    const args = parse('--no-debug-endpoints', '--no_crud_endpoints', '--cors', '--title', 'T', '--description', 'D')
    expect(readHttpOptions(args)).toEqual({
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

  test('routes of endpoints are an object, from JSON', () => {
    const exposed = { '/foo': { methods: ['GET'] }, '/bar': {} }
    expect(readHttpOptions(parse('--expose-endpoints', JSON.stringify(exposed))).exposeEndpoints).toEqual(exposed)
    expect(() => readHttpOptions(parse('--expose-endpoints', '{'))).toThrow('no valid JSON')
  })
})
