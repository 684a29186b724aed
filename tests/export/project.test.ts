/** A new project: where it may be written, and that nothing is left of one that could not. */
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeProject } from '../../lib/export/project.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const FILES = ['.gitignore', 'README.md', 'executor.ts', 'flow.yml', 'tsconfig.json']

test('in a folder that is not there, in an empty one, and in an empty repository', () => {
  using folder = temporaryFolder({ 'repository/.git/HEAD': '' })
  const deep = path.join(folder.path, 'deep/my-search')
  const { folder: made, files } = writeProject(deep)
  expect([made, files.toSorted(), readdirSync(deep).toSorted()]).toEqual([deep, FILES, FILES])
  expect(readFileSync(path.join(deep, 'README.md'), 'utf8')).toStartWith('# my-search\n')
  using empty = temporaryFolder()
  for (const place of [empty.path, path.join(folder.path, 'repository')]) {
    expect(writeProject(place).files.toSorted()).toEqual(FILES)
  }
})

test('never among what is there', () => {
  using folder = temporaryFolder({ 'full/executor.ts': 'mine', file: '' })
  const refused = (name: string, message: string) =>
    expect(() => writeProject(path.join(folder.path, name))).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining(message) }),
    )
  refused('full', 'is not empty')
  refused('file', 'is a file')
  refused('file/below', 'cannot be written')
  expect(readFileSync(path.join(folder.path, 'full/executor.ts'), 'utf8')).toBe('mine')
  expect(readdirSync(folder.path).toSorted()).toEqual(['file', 'full'])
  expect(existsSync(path.join(folder.path, 'full/flow.yml'))).toBe(false)
})
