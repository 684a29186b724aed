import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { resolveExecutorSource } from '../../lib/plan/executor-source.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xserve-source-'))
  writeFileSync(path.join(folder, 'a.ts'), '')
  writeFileSync(path.join(folder, 'odd#name.ts'), '')
  writeFileSync(path.join(folder, 'notes.txt'), '')
  mkdirSync(path.join(folder, 'sub'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const resolve = (given: string, name?: string) => resolveExecutorSource(given, name, folder)
const failure = (code: string, part: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(part) })

test('a file is made absolute; a class is taken from behind # or from the option', () => {
  const file = path.join(folder, 'a.ts')
  expect(resolve('a.ts')).toEqual({ file, className: null })
  expect(resolve('./a.ts#B')).toEqual({ file, className: 'B' })
  expect(resolve(file, 'C')).toEqual({ file, className: 'C' })
  expect(resolve('a.ts#C', 'C')).toEqual({ file, className: 'C' })
})

test('a # that belongs to the file name is left there', () => {
  expect(resolve('odd#name.ts')).toEqual({ file: path.join(folder, 'odd#name.ts'), className: null })
})

test.each([
  ['b.ts', undefined, 'FILE_NOT_FOUND', 'no file b.ts'],
  ['nowhere/b.ts', undefined, 'FILE_NOT_FOUND', 'does not exist'],
  ['sub', undefined, 'FILE_NOT_FOUND', 'is a folder'],
  ['notes.txt', undefined, 'BAD_ARGUMENT', 'no TypeScript'],
  ['a.ts#B', 'C', 'BAD_ARGUMENT', 'two classes'],
])('%p with %p is refused', (given, name, code, part) => {
  expect(() => resolve(given, name)).toThrow(failure(code, part))
})

test('what is there is told', () => {
  expect(() => resolve('b.ts')).toThrow(expect.objectContaining({ details: { hint: expect.stringContaining('a.ts') } }))
})
