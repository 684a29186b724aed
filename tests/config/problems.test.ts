/** Problems are collected, told once each in reading order, and end as one error. */
import { expect, test } from 'bun:test'
import { fromProgram, memberOf } from '../../lib/config/given.ts'
import { createProblems, errorOf, sentence } from '../../lib/config/problems.ts'
import { parseYaml } from '../../lib/config/yaml-file.ts'
import { XserveError } from '../../lib/errors.ts'

const yaml = parseYaml('first: 1\nsecond: 2\n', '/f.yml')

function thrown(run: () => void): XserveError {
  try {
    run()
  } catch (error) {
    if (error instanceof XserveError) return error
  }
  throw new Error('nothing was thrown')
}

test('nothing found is no error', () => expect(() => createProblems().settle('BAD_CONFIG')).not.toThrow())

test('one problem is a sentence with its place and its hint', () => {
  const problems = createProblems()
  problems.add(memberOf(yaml, 'second'), 'is wrong', 'make it right')
  const error = thrown(() => problems.settle('BAD_CONFIG'))
  expect([error.code, error.message, error.details.hint]).toEqual([
    'BAD_CONFIG',
    '/f.yml:2:1 second: is wrong',
    'make it right',
  ])
})

test('several are told in the order of the file, each once', () => {
  const problems = createProblems()
  for (const key of ['second', 'first', 'second']) problems.add(memberOf(yaml, key), 'is wrong')
  const error = thrown(() => problems.settle('BAD_CONFIG'))
  expect(error.message).toBe('2 things are wrong:\n  /f.yml:1:1 first: is wrong\n  /f.yml:2:1 second: is wrong')
  expect(error.details.problems?.map(({ line, column, path }) => [line, column, path])).toEqual([
    [1, 1, 'first'],
    [2, 1, 'second'],
  ])
})

test('an error of another reading is taken with all it has; what is no error of ours is thrown on', () => {
  const problems = createProblems()
  const at = memberOf(yaml, 'first')
  problems.take(at, new XserveError('FILE_NOT_FOUND', 'there is no file a.ts'))
  const inner = createProblems()
  inner.add(memberOf(fromProgram({ x: 1 }), 'x'), 'is odd')
  problems.take(
    at,
    thrown(() => inner.settle('BAD_CONFIG')),
  )
  expect(problems.found.map(sentence)).toEqual(['/f.yml:1:1 first: there is no file a.ts', 'x: is odd'])
  expect(() => problems.take(at, new TypeError('ours to mend'))).toThrow(TypeError)
})

test('warnings are no problems', () => {
  const problems = createProblems()
  problems.warn(memberOf(yaml, 'first'), 'has no effect')
  problems.settle('BAD_CONFIG')
  expect(problems.warnings.map(sentence)).toEqual(['/f.yml:1:1 first: has no effect'])
})

test('a value that came from a variable is told as it was written', () => {
  const written = parseYaml('port: $PORT\n', '/f.yml')
  const problems = createProblems()
  problems.add({ ...memberOf(written, 'port'), value: 'x' }, 'must be a number')
  expect(sentence(problems.found[0]!)).toBe('/f.yml:1:1 port: must be a number (written as $PORT)')
})

test('an error without problems is a fault of ours', () => expect(errorOf('BAD_CONFIG', []).code).toBe('INTERNAL'))
