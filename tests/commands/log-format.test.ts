import { afterEach, expect, test } from 'bun:test'
import { parseArguments } from '../../lib/commands/arguments.ts'
import { guessLogFormat, readLogFormat } from '../../lib/commands/log-format.ts'

const read = (...argv: string[]) =>
  readLogFormat(
    parseArguments({ name: 'x', summary: '', positionals: [], options: [], examples: [], run: async () => 0 }, argv),
  )

afterEach(() => {
  delete process.env.XSERVE_LOG_FORMAT
})

test('the option, else the variable, else text', () => {
  expect(read()).toBe('text')
  process.env.XSERVE_LOG_FORMAT = 'json'
  expect(read()).toBe('json')
  expect(read('--log-format', 'Text')).toBe('text')
  expect(guessLogFormat(['run', 'a.ts'])).toBe('json')
  expect(guessLogFormat(['run', '--log-format', 'text'])).toBe('text')
})

test('another word is refused with those there are, whoever says it', () => {
  expect(() => read('--log-format', 'jsn')).toThrow('--log-format: "jsn" is no format')
  process.env.XSERVE_LOG_FORMAT = 'xml'
  expect(() => read()).toThrow('XSERVE_LOG_FORMAT: "xml" is no format')
})

test.each([
  [['run', '--log-format=json'], 'json'],
  [['--log-format', 'JSON', 'run'], 'json'],
  [['run', '--log-format'], 'text'],
  [['run'], 'text'],
] as const)('seen without parsing: %p is %p', (argv, format) => {
  expect(guessLogFormat(argv)).toBe(format)
})
