/** Files of NAME=value lines. */
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fromProgram } from '../../lib/config/given.ts'
import { createProblems, sentence } from '../../lib/config/problems.ts'
import { readOptions } from '../../lib/config/read-options.ts'
import { readEnvFiles } from '../../lib/plan/env-files.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'xserve-env-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(path.join(folder, 'a.env'), '# first\nA=1\nB="two words"\nexport C=3\n')
writeFileSync(path.join(folder, 'b.env'), 'A=9\n')
writeFileSync(path.join(folder, 'odd.env'), 'GOOD=1\r\nnot a line\n# MANY\n\nMANY="a\nb"\nLAST=2\n')

function read(env_file: unknown) {
  const problems = createProblems()
  const files = new Set<string>()
  const reading = { problems, variables: { env: {}, context: {} }, folder, files, checksClasses: false }
  const option = readOptions('executor', fromProgram({ env_file }), problems).get('env_file')
  const env = readEnvFiles(option, reading)
  return { env, found: problems.found.map(sentence), warned: problems.warnings.map(sentence), files: [...files] }
}

test('later files go before, and all are told', () => {
  const { env, files } = read(['a.env', 'b.env'])
  expect(env).toEqual({ A: '9', B: 'two words', C: '3' })
  expect(files.map((file) => path.basename(file))).toEqual(['a.env', 'b.env'])
})

test('none is no environment', () => expect(read(null).env).toEqual({}))

test('a file that is not there is a problem', () => {
  const { found, files } = read('none.env')
  expect(found).toEqual(['env_file: none.env cannot be read: there is no such file'])
  // It is watched: perhaps it is still to come.
  expect(files.map((file) => path.basename(file))).toEqual(['none.env'])
})

test('a line that is none is told of, and sets nothing', () => {
  const { env, warned } = read('odd.env')
  expect(env).toEqual({ GOOD: '1', MANY: 'a\nb', LAST: '2' })
  expect(warned).toEqual([expect.stringContaining('"not a line" is no NAME=value')])
})
