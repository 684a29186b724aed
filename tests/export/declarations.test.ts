import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeDeclarations } from '../../lib/export/declarations.ts'

const root = mkdtempSync(path.join(tmpdir(), 'xserve-declarations-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let count = 0
function project(): string {
  const folder = path.join(root, `${count++}`)
  mkdirSync(folder)
  return folder
}
const written = (folder: string) => path.join(folder, 'node_modules/@types/xserve')

describe('writeDeclarations', () => {
  test('writes the files and a manifest that names the first one', () => {
    const folder = project()
    const result = writeDeclarations({
      folder,
      files: { 'index.d.ts': 'export {}', 'a/b.d.ts': '//' },
      version: '1.2.3',
    })
    expect(result).toEqual({ folder: written(folder), files: 3, shadowed: false })
    expect(readFileSync(path.join(written(folder), 'a/b.d.ts'), 'utf8')).toBe('//')
    expect(JSON.parse(readFileSync(path.join(written(folder), 'package.json'), 'utf8'))).toMatchObject({
      name: '@types/xserve',
      version: '1.2.3',
      types: 'index.d.ts',
    })
  })

  test('files of an earlier version leave, nothing else is left behind', () => {
    const folder = project()
    writeDeclarations({ folder, files: { 'index.d.ts': '', 'old.d.ts': '' }, version: '1' })
    writeDeclarations({ folder, files: { 'index.d.ts': 'new' }, version: '2' })
    expect(readdirSync(written(folder)).sort()).toEqual(['index.d.ts', 'package.json'])
    expect(readdirSync(path.dirname(written(folder)))).toEqual(['xserve'])
  })

  test('says that the package itself is installed', () => {
    const folder = project()
    mkdirSync(path.join(folder, 'node_modules/xserve'), { recursive: true })
    writeFileSync(path.join(folder, 'node_modules/xserve/package.json'), '{}')
    expect(writeDeclarations({ folder, files: {}, version: '1' }).shadowed).toBeTrue()
  })

  test('leaves what somebody else has written', () => {
    const folder = project()
    mkdirSync(written(folder), { recursive: true })
    writeFileSync(path.join(written(folder), 'index.d.ts'), 'theirs')
    expect(() => writeDeclarations({ folder, files: { 'index.d.ts': '' }, version: '1' })).toThrow(
      'was not written by xserve types',
    )
    expect(readFileSync(path.join(written(folder), 'index.d.ts'), 'utf8')).toBe('theirs')
  })

  test('refuses a folder that is not there, and one that is a file', () => {
    const folder = project()
    expect(() => writeDeclarations({ folder: path.join(folder, 'no'), files: {}, version: '1' })).toThrow(
      'there is no folder',
    )
    const file = path.join(folder, 'node_modules')
    writeFileSync(file, '')
    expect(() => writeDeclarations({ folder, files: {}, version: '1' })).toThrow('cannot be written')
    expect(existsSync(file)).toBeTrue()
  })
})
