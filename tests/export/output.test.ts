/** Writing is all or nothing, knows its own files again, and leaves those of others alone. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { differences, signed, writeFile, writeFolder } from '../../lib/export/output.ts'

const root = mkdtempSync(path.join(tmpdir(), 'xserve-output-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folder = ''
let count = 0
beforeEach(() => void (folder = path.join(root, `${count++}`)))
const at = (name: string) => path.join(folder, name)
const file = (name: string, text: string) => ({ path: name, text: signed(text, 'kubernetes') })
const OURS = { force: false }
const all = () => (existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]).sort() : [])

describe('writeFolder()', () => {
  test('makes folders, and the same again is no change', () => {
    const files = [file('a/a.yml', 'x: 1\n'), file('b/b.yml', 'y: 1\n')]
    writeFolder(folder, files, OURS)
    expect(all()).toEqual(['a', 'a/a.yml', 'b', 'b/b.yml'])
    expect(readFileSync(at('a/a.yml'), 'utf8')).toMatch(/^# Written by xserve export kubernetes: .*\nx: 1\n$/)
    expect(differences(folder, files)).toEqual([])
    writeFolder(folder, files, OURS)
    expect(differences(folder, files)).toEqual([])
  })

  test('what an earlier export has left goes, others’ files stay', () => {
    writeFolder(folder, [file('a/a.yml', 'x: 1\n'), file('old/old.yml', 'y: 1\n')], OURS)
    writeFileSync(at('a/theirs.yml'), 'z: 1\n')
    mkdirSync(at('kustom'))
    writeFileSync(at('kustom/k.yml'), 'z: 1\n')
    writeFolder(folder, [file('a/a.yml', 'x: 2\n')], OURS)
    expect(all()).toEqual(['a', 'a/a.yml', 'a/theirs.yml', 'kustom', 'kustom/k.yml'])
  })

  test('a Compose file beside them is not theirs', () => {
    writeFolder(folder, [file('00-namespace.yml', ''), file('a/a.yml', '')], OURS)
    writeFileSync(at('docker-compose.yml'), signed('services: {}\n', 'docker-compose'))
    writeFolder(folder, [file('a/a.yml', '')], OURS)
    expect(all()).toEqual(['a', 'a/a.yml', 'docker-compose.yml'])
  })

  test('a file of ours that somebody has changed is somebody’s: kept when it is not needed, never written over', () => {
    writeFolder(folder, [file('a/a.yml', 'x: 1\n'), file('b/b.yml', 'y: 1\n')], OURS)
    writeFileSync(at('b/b.yml'), `${readFileSync(at('b/b.yml'), 'utf8')}more: 1\n`)
    writeFolder(folder, [file('a/a.yml', 'x: 2\n')], OURS)
    expect(existsSync(at('b/b.yml'))).toBeTrue()
    const both = [file('a/a.yml', 'x: 3\n'), file('b/b.yml', 'y: 2\n')]
    expect(() => writeFolder(folder, both, OURS)).toThrow('not as an export has written it')
    expect(readFileSync(at('a/a.yml'), 'utf8')).toContain('x: 2')
    writeFolder(folder, both, { force: true })
    expect(readFileSync(at('b/b.yml'), 'utf8')).toContain('y: 2')
  })

  test('ends of lines as Windows has them are no change', () => {
    const files = [file('a/a.yml', 'x: 1\ny: 2\n')]
    writeFolder(folder, files, OURS)
    writeFileSync(at('a/a.yml'), readFileSync(at('a/a.yml'), 'utf8').replaceAll('\n', '\r\n'))
    expect(differences(folder, files)).toEqual([])
    writeFolder(folder, files, OURS)
    expect(readFileSync(at('a/a.yml'), 'utf8')).not.toContain('\r')
  })

  test('a file in the place of a folder: nothing is written', () => {
    mkdirSync(folder)
    writeFileSync(at('b'), 'theirs')
    expect(() => writeFolder(folder, [file('a/a.yml', ''), file('b/b.yml', '')], OURS)).toThrow('cannot be written')
    expect(all()).toEqual(['b'])
  })

  test('a folder in the place of a file', () => {
    mkdirSync(at('a/a.yml'), { recursive: true })
    expect(() => writeFolder(folder, [file('a/a.yml', '')], { force: true })).toThrow('is no file')
  })
})

test('writeFile() leaves what others have written', () => {
  mkdirSync(folder)
  writeFileSync(at('c.yml'), 'theirs')
  const { text } = file('c.yml', 'ours: 1\n')
  expect(() => writeFile(at('c.yml'), text, OURS)).toThrow('c.yml is there')
  expect(readFileSync(at('c.yml'), 'utf8')).toBe('theirs')
  writeFile(at('c.yml'), text, { force: true })
  writeFile(at('c.yml'), text, OURS)
  expect(readFileSync(at('c.yml'), 'utf8')).toBe(text)
})

describe('differences()', () => {
  test('new, changed with its lines, gone', () => {
    writeFolder(folder, [file('a/a.yml', 'x: 1\ny: 2\nz: 3\n'), file('b/b.yml', '')], OURS)
    expect(differences(folder, [file('a/a.yml', 'x: 1\ny: 5\nz: 3\nw: 4\n'), file('c/c.yml', 'n: 1\n')])).toEqual([
      { path: 'a/a.yml', kind: 'changed', lines: ['-y: 2', '+y: 5', '+w: 4'] },
      { path: 'c/c.yml', kind: 'new', lines: ['+n: 1'] },
      { path: 'b/b.yml', kind: 'gone', lines: [] },
    ])
  })

  test('of one file alone, others are none of its business', () => {
    writeFolder(folder, [file('a/a.yml', '')], OURS)
    expect(differences(folder, [file('c.yml', '')], true)).toEqual([{ path: 'c.yml', kind: 'new', lines: [] }])
  })
})
