import { describe, expect, test } from 'bun:test'
import { type CommandDefinition, parseArguments, parseObject } from '../../lib/commands/arguments.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [{ name: 'file', summary: '', required: true }],
  options: [
    { name: 'port', type: 'integer', summary: '', also: ['p', 'port-expose'] },
    { name: 'text', type: 'text', summary: '', many: true },
    { name: 'stream', type: 'flag', summary: '', negatable: true },
    { name: 'quiet', type: 'flag', summary: '' },
    { name: 'uses-with', type: 'object', summary: '', many: true },
  ],
  examples: [],
  run: async () => 0,
}
const parse = (...tokens: string[]) => parseArguments(command, tokens)
const failure = (code: string, part: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(part) })

describe('parseArguments()', () => {
  test('takes values behind a space or an equals sign, other spellings, repetitions and what follows --', () => {
    const args = parse('a.ts', '-p', '12', '--text', 'x', '--text=--y', '--no-stream', '--quiet')
    expect(args.positional(0)).toBe('a.ts')
    expect(args.integer('port', 0)).toBe(12)
    expect(args.texts('text')).toEqual(['x', '--y'])
    expect([args.flag('stream'), args.flag('quiet'), args.flag('debug')]).toEqual([false, true, undefined])
    expect(parse('--', '-file').positional(0)).toBe('-file')
    expect(parse('--port_expose', '3').integer('port', 0)).toBe(3)
    expect(parse('-').positional(0)).toBe('-')
  })

  test('a value may begin with a dash when it cannot be an option', () => {
    expect(parse('--text', '-5').texts('text')).toEqual(['-5'])
    expect(parse('--text', '-- hm').texts('text')).toEqual(['-- hm'])
  })

  test.each([
    [['--prt', '1'], 'UNKNOWN_OPTION', '--prt'],
    [['--port'], 'BAD_ARGUMENT', '--port needs a value'],
    [['--port', '--quiet'], 'BAD_ARGUMENT', '--port needs a value'],
    [['--port', '1', '--port', '2'], 'BAD_ARGUMENT', 'given twice'],
    [['--quiet=5'], 'BAD_ARGUMENT', 'takes no value'],
    [['a', 'b'], 'BAD_ARGUMENT', 'unexpected argument "b"'],
  ])('refuses %p', (tokens, code, part) => {
    expect(() => parse(...tokens)).toThrow(failure(code, part))
  })

  test('guesses what a mistyped option was', () => {
    expect(() => parse('--qiet')).toThrow(
      expect.objectContaining({ details: { hint: expect.stringContaining('did you mean --quiet?') } }),
    )
  })

  test.each(['x', '1.5', '', '1e3'])('an integer is not %p', (text) => {
    expect(() => parse(`--port=${text}`).integer('port', 0)).toThrow(failure('BAD_ARGUMENT', 'whole number'))
  })

  test('an integer out of range is told with the range', () => {
    expect(() => parse('--port=70000').integer('port', 0, 65535)).toThrow(failure('BAD_ARGUMENT', 'from 0 to 65535'))
  })

  test('an object takes JSON, pairs, and several words in a row', () => {
    expect(parse('--uses-with', '{"a": [1]}', '--uses-with', 'b:2', 'c=x y', 'f').object('uses-with')).toEqual({
      a: [1],
      b: 2,
      c: 'x y',
    })
  })
})

describe('parseObject()', () => {
  test('keeps texts that only look like numbers in part', () => {
    expect(parseObject('o', ['a=1.2.3', 'b=true', 'c="7"', 'd=http://x:1', 'e='])).toEqual({
      a: '1.2.3',
      b: true,
      c: '7',
      d: 'http://x:1',
      e: '',
    })
  })

  test('tells bad JSON by the name of the option', () => {
    expect(() => parseObject('parameters', ['{"a": }'])).toThrow(
      failure('BAD_ARGUMENT', '--parameters is no valid JSON'),
    )
    expect(() => parseObject('parameters', ['word'])).toThrow(
      failure('BAD_ARGUMENT', 'neither a JSON object nor key=value'),
    )
  })
})
