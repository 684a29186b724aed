import { describe, expect, test } from 'bun:test'
import { type Args, type CommandDefinition, parseArguments } from '../../lib/commands/arguments.ts'
import { XserveError } from '../../lib/errors.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [{ name: 'file', summary: '', required: true }],
  options: [
    { name: 'port', type: 'integer', most: 65_535, summary: '', also: ['p', 'port-expose'] },
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
    expect(args.integer('port')).toBe(12)
    expect(args.texts('text')).toEqual(['x', '--y'])
    expect([args.flag('stream'), args.flag('quiet'), args.flag('debug')]).toEqual([false, true, undefined])
    expect(parse('--', '-file').positional(0)).toBe('-file')
    expect(parse('--port_expose', '3').integer('port')).toBe(3)
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
    expect(() => parse(`--port=${text}`).integer('port')).toThrow(failure('BAD_ARGUMENT', 'whole number'))
  })

  test('an integer out of range is told with the range', () => {
    expect(() => parse('--port=70000').integer('port')).toThrow(failure('BAD_ARGUMENT', 'from 0 to 65535'))
  })

  test('an object takes JSON, pairs, and several words in a row', () => {
    expect(parse('--uses-with', '{"a": [1]}', '--uses-with', 'b:2', 'c=x y', 'f').object('uses-with')).toEqual({
      a: [1],
      b: 2,
      c: 'x y',
    })
  })

  const all = (...tokens: string[]): string => {
    try {
      parse(...tokens)
    } catch (error) {
      const { code, exitCode, message, details } = error as XserveError
      return [`${code} ${exitCode}`, message, ...(details.hint === undefined ? [] : [details.hint])].join('\n')
    }
    return 'fine'
  }

  test('all that is wrong is told at once, in the order of the words, each with its hint', () => {
    const told = all('a.ts', '--qiet', '--port=x', '--uses-with', 'word', 'b.ts', '--tex', 't', '--log-level', 'inf')
    expect(told).toBe(
      [
        'BAD_ARGUMENT 2',
        '6 things are wrong:',
        '  unknown option --qiet (did you mean --quiet?)',
        '  --port must be a whole number, not "x"',
        `  --uses-with "word" is neither a JSON object nor key=value (for example --uses-with '{"k": 1}')`,
        '  unexpected argument "b.ts"',
        '  unknown option --tex (did you mean --text?)',
        '  --log-level: "inf" is no level (did you mean info? levels: debug, info, success, warn, warning, error, critical)',
        'xserve try --help shows the usage',
      ].join('\n'),
    )
  })

  test('unknown options alone keep their code; one is an error of its own', () => {
    expect(all('--prt', '1', '--txt', 'a')).toStartWith('UNKNOWN_OPTION 2\n2 things are wrong:')
    expect(all('--prt', '1')).toBe(
      'UNKNOWN_OPTION 2\nunknown option --prt\ndid you mean --port? xserve try --help shows the usage',
    )
    expect(all('--zzzzzzzz')).toBe('UNKNOWN_OPTION 2\nunknown option --zzzzzzzz\nxserve try --help shows the usage')
  })

  test('what an option without a name was to have is no file, what follows a mistyped flag is one', () => {
    expect(all('a.ts', '--prt', '80')).not.toContain('unexpected')
    expect(all('--qiet', 'a.ts', 'b.ts')).toContain('unexpected argument "b.ts"')
    expect(all('--qiet', 'a.ts')).not.toContain('unexpected')
  })

  test('options that are read together are told once', () => {
    const check = (args: Args) => {
      if (args.has('one') !== args.has('other')) return
      throw new XserveError('BAD_ARGUMENT', 'one of them')
    }
    const options = ['one', 'other'].map((name) => ({ name, type: 'flag' as const, summary: '', check }))
    expect(() => parseArguments({ ...command, options }, ['--one', '--other'])).toThrow(/^one of them$/)
    expect(parseArguments({ ...command, options }, ['--one']).flag('one')).toBe(true)
  })
})
