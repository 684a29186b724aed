import { expect, test } from 'bun:test'
import { isModuleName, isYamlName, isYamlText } from '../../lib/config/file-names.ts'

test('files by their names', () => {
  const names = ['a.yml', 'A.YAML', 'a.yml.ts', 'a.ts', 'a.mts', 'a.cjs', 'a.jsx', 'a.json', 'ts', 'a.yamls', 'a.tsx#B']
  expect(names.filter(isYamlName)).toEqual(['a.yml', 'A.YAML'])
  expect(names.filter(isModuleName)).toEqual(['a.yml.ts', 'a.ts', 'a.mts', 'a.cjs', 'a.jsx'])
})

test('texts that are YAML', () => {
  const texts = ['jtype: A', '\n  jtype : A', '!A\nwith: {}', '{jtype: A}', '! A', 'A', 'jtype.yml', 'folder/{a}', '']
  expect(texts.filter(isYamlText)).toEqual(['jtype: A', '\n  jtype : A', '!A\nwith: {}', '{jtype: A}'])
})
