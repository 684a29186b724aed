/** Keys and values as options: names, aliases, what is unknown, what has no effect, what goes before what. */
import { expect, test } from 'bun:test'
import { fromProgram } from '../../lib/config/given.ts'
import { createProblems, sentence } from '../../lib/config/problems.ts'
import { mergeOptions, type Options, readOptions } from '../../lib/config/read-options.ts'
import type { Scope } from '../../lib/config/table/option.ts'

function read(value: object, scope: Scope = 'executor') {
  const problems = createProblems()
  const options = readOptions(scope, fromProgram(value), problems)
  return { options, found: problems.found.map(sentence), warnings: problems.warnings.map(sentence), problems }
}
const plain = (options: Options) => Object.fromEntries([...options].map(([name, { value }]) => [name, value]))

test('names in snake_case, with dashes and in camelCase are one; Jina’s other names, too', () => {
  const given = {
    uses_with: { a: 1 },
    'exit-on-exceptions': 'X',
    timeoutReady: 5,
    disable_reduce: true,
    modules: 'a.ts',
  }
  expect(plain(read(given).options)).toEqual({
    uses_with: { a: 1 },
    exit_on_exceptions: ['X'],
    timeout_ready: 5,
    no_reduce: true,
    py_modules: ['a.ts'],
  })
})

test('what is unknown is told with what may be meant, of what works first', () => {
  const { found, problems } = read({ replcas: 2, shrads: 1, qwertz: 1 })
  expect(found).toEqual([
    'replcas: an executor has no option replcas',
    'shrads: an executor has no option shrads',
    'qwertz: an executor has no option qwertz',
  ])
  expect(problems.found.map(({ hint }) => hint)).toEqual(['did you mean replicas?', 'did you mean shards?', undefined])
})

test('one option under two names is a problem', () => {
  expect(read({ no_reduce: true, disable_reduce: true }).found).toEqual([
    'disable_reduce: disable_reduce and no_reduce are the same option',
  ])
})

test('what comes later and what has no effect is told, once each; what is so anyway is not', () => {
  const { warnings, found, problems } = read({ monitoring: true, install_requirements: true, native: true })
  expect(found).toEqual([])
  expect(warnings).toEqual([
    'monitoring: monitoring is accepted, and comes into force with a later version',
    'install_requirements: install_requirements is accepted and has no effect: it is about Python',
  ])
  readOptions('executor', fromProgram({ monitoring: true }), problems)
  expect(problems.warnings).toHaveLength(2)
})

test('what stands nearer goes before, objects key by key, lists as a whole', () => {
  const own = read({ uses_with: { a: 1, b: 1 }, exit_on_exceptions: ['A'], replicas: 2 }).options
  const over = read({ uses_with: { b: 2 }, exit_on_exceptions: ['B'] }).options
  expect(plain(mergeOptions(own, over))).toEqual({
    uses_with: { a: 1, b: 2 },
    exit_on_exceptions: ['B'],
    replicas: 2,
  })
})
