/** Options of commands out of the table: what is shown, what is accepted, what a configuration is told of them. */
import { expect, test } from 'bun:test'
import { type CommandDefinition, parseArguments } from '../../lib/commands/arguments.ts'
import { withAccepted } from '../../lib/commands/serving-options.ts'
import { acceptedOf, fromTable, NOT_ALONE, readGiven } from '../../lib/commands/table-options.ts'
import { optionsOf } from '../../lib/config/table/options.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: '',
  positionals: [],
  options: acceptedOf('executor'),
  examples: [],
  run: async () => 0,
}
const read = (...tokens: string[]) => readGiven(parseArguments(command, tokens), 'executor', new Set())

test('what was not given is not there', () => expect(read()).toEqual({}))

test('values have the types of programs, whichever spelling was used', () => {
  expect(
    read(
      '--replicas',
      '2',
      '--uses-with',
      '{"a": 1}',
      '--py-modules',
      'a.ts,b.ts',
      '--exit-on-exceptions=X Y',
      '--disable-reduce',
      '--timeout_ready',
      '-1',
      '--env',
      'K=V',
    ),
  ).toEqual({
    replicas: 2,
    usesWith: { a: 1 },
    pyModules: ['a.ts', 'b.ts'],
    exitOnExceptions: ['X', 'Y'],
    noReduce: true,
    timeoutReady: -1,
    env: { K: 'V' },
  })
})

test('a list may be JSON', () => expect(read('--modules', '["a.ts", "b.ts"]')).toEqual({ pyModules: ['a.ts', 'b.ts'] }))

test('numbers are checked where they are given', () => {
  expect(() => read('--replicas', '0')).toThrow('--replicas must be from 1 to 1000, not 0')
  expect(() => read('--replicas', 'x')).toThrow('--replicas must be a whole number')
})

test('values are checked by the rules of the table while the words are read, all together', () => {
  expect(() =>
    read('--polling', 'some', '--env-file', 'x', '--when', 'a=1', '--shards', '0', '--replica', '2'),
  ).toThrow(
    /^3 things are wrong:\n {2}--polling: polling is any or all, not "some"\n {2}--shards must be .*\n {2}unknown option --replica /,
  )
  expect(() => read('--compression', 'gzp')).toThrow('--compression: compression cannot be "gzp"')
  expect(() => read('--uses-dynamic-batching', '{"/a": {"size": 3}}')).toThrow('no preferred_batch_size')
})

test('what one executor alone is not told is left out', () => {
  const args = parseArguments(command, ['--replicas', '2', '--needs', 'a'])
  expect(readGiven(args, 'executor', NOT_ALONE)).toEqual({ replicas: 2 })
})

test('shown options have summary, value and default; the rest of the table is accepted and not shown', () => {
  const [replicas, reload] = fromTable('executor', ['replicas', 'reload'])
  expect(replicas).toMatchObject({ name: 'replicas', type: 'integer', value: 'N', preset: '1' })
  expect(reload).toMatchObject({ name: 'reload', type: 'flag' })
  const all = withAccepted('executor', [replicas!])
  expect(all).toHaveLength(optionsOf('executor').length)
  expect(all.filter(({ hidden }) => !hidden)).toEqual([replicas!])
})
