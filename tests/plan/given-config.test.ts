/** A configuration given as a file's name, as text, as an object. */
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readConfig } from '../../lib/plan/given-config.ts'
import { temporaryFolder } from '../helpers/xserve.ts'

test('a name is that of a file', () => {
  using folder = temporaryFolder()
  const file = path.join(folder.path, 'flow.yml')
  writeFileSync(file, 'jtype: Flow\n')
  expect(readConfig('flow.yml', folder.path)).toMatchObject({ value: { jtype: 'Flow' }, source: { file } })
  expect(() => readConfig('none.yml', folder.path)).toThrow(`${path.join(folder.path, 'none.yml')} cannot be read`)
})

test.each(['jtype: Flow', '!Flow {}', '{"jtype": "Flow"}', 'with: {}\njtype: Flow'])('%j is YAML', (text) => {
  const { value, source } = readConfig(text, '/nowhere')
  expect(value).toMatchObject({ jtype: 'Flow' })
  expect([source.file, source.placeOf(['jtype'])?.line]).toEqual(['<text>', text.split('\n').length])
})

test('an object is what it is', () => {
  expect(readConfig({ jtype: 'Flow' }, '/nowhere')).toMatchObject({ value: { jtype: 'Flow' }, source: { file: null } })
})

test('what is no YAML is told with its line', () => {
  expect(() => readConfig('a: 1\nb: [', '/nowhere')).toThrow(/^<text>:2:\d+ /)
})
