/** Files that cannot be read: why, and what is there instead. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { whatIsThere, whyUnreadable } from '../../lib/config/unreadable.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

const why = (file: string): string => {
  try {
    readFileSync(file)
  } catch (error) {
    return whyUnreadable(file, error)
  }
  return 'nothing'
}

test('says what is the matter, without the words of the system', () => {
  using folder = temporaryFolder({ 'a.yml': '' })
  expect(why(`${folder.path}/b.yml`)).toBe('there is no such file')
  expect(why(folder.path)).toBe('it is a folder')
  expect(why(`${folder.path}/no/b.yml`)).toBe(`there is no folder ${folder.path}/no`)
  expect(why(`${folder.path}/a.yml/b.yml`)).toBe(`there is no folder ${folder.path}/a.yml`)
  // Root may read everything.
  expect(whyUnreadable(`${folder.path}/a.yml`, Object.assign(new Error('EACCES: …'), { code: 'EACCES' }))).toBe(
    'this user may not read it',
  )
  expect(whyUnreadable(`${folder.path}/a.yml`, new Error('EIO: the disk'))).toBe('EIO: the disk')
})

test('tells what is there, in order and not too much of it', () => {
  using folder = temporaryFolder(Object.fromEntries(['b.yml', 'a.yml', 'c.ts'].map((name) => [name, ''])))
  const isYaml = (name: string) => name.endsWith('.yml')
  expect(whatIsThere(`${folder.path}/x.yml`, isYaml, 'YAML files')).toBe(`in ${folder.path} are: a.yml, b.yml`)
  expect(whatIsThere(`${folder.path}/x.js`, (name) => name.endsWith('.js'), 'scripts')).toBe(
    `${folder.path} has no scripts`,
  )
  expect(whatIsThere(`${folder.path}/no/x.js`, isYaml, 'scripts')).toBeUndefined()
  using many = temporaryFolder(Object.fromEntries([...Array(30).keys()].map((i) => [`${i}.yml`, ''])))
  expect(whatIsThere(`${many.path}/x.yml`, isYaml, '')?.split(', ')).toHaveLength(10)
})
