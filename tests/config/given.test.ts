/** Values with their places: of objects, lists, programs and command lines. */
import { expect, test } from 'bun:test'
import { COMMAND_LINE, fromProgram, itemsOf, memberOf, membersOf, pathText } from '../../lib/config/given.ts'

test('members know their path; what is null counts as left out', () => {
  const given = fromProgram({ a: { b: [1, 2] }, none: null, missing: undefined })
  expect(membersOf(given).map(([key]) => key)).toEqual(['a'])
  const list = memberOf(memberOf(given, 'a'), 'b')
  expect(itemsOf(list).map(({ value, path, source }) => [value, source.textOf(path)])).toEqual([
    [1, 'a.b[0]'],
    [2, 'a.b[1]'],
  ])
})

test('what is not there has a path all the same, and inherited names are not there', () => {
  const given = fromProgram({})
  expect(memberOf(given, 'toString')).toMatchObject({ value: undefined, path: ['toString'] })
  expect(memberOf(fromProgram(null), 'a').value).toBeUndefined()
  expect(itemsOf(given)).toEqual([])
  expect(membersOf(fromProgram([1]))).toEqual([])
})

test('paths read as in the file, and as options on the command line', () => {
  expect(pathText(['executors', 0, 'uses_with', 'a'])).toBe('executors[0].uses_with.a')
  expect(pathText([])).toBe('')
  expect(COMMAND_LINE.textOf(['usesWith', 'a'])).toBe('--uses-with.a')
  expect(COMMAND_LINE.textOf([])).toBe('')
})
