import { expect, test } from 'bun:test'
import { readBytes, readLists, readText, readTextOrNumber, wrong } from '../../lib/document/json-values.ts'

const refused = (message: string, where?: string) =>
  expect.objectContaining({ code: 'BAD_DOCUMENT', message, details: { where } })

test.each([
  [null, 'null'],
  [[], 'a list'],
  [{}, 'an object'],
  [1, 'number'],
])('%p is told as %s', (value, kind) => {
  expect(wrong('docs[0].x', 'a text', value)).toEqual(refused(`docs[0].x must be a text, not ${kind}`, 'docs[0].x'))
  expect(wrong('', 'a text', value)).toEqual(refused(`it must be a text, not ${kind}`))
})

test('texts and bytes', () => {
  expect(readText('a', 'x')).toBe('a')
  expect(() => readText(1, 'x')).toThrow(refused('x must be a text, not number', 'x'))
  expect([readTextOrNumber('a', 'x'), readTextOrNumber(0.5, 'x')]).toEqual(['a', '0.5'])
  expect(() => readTextOrNumber(true, 'x')).toThrow(refused('x must be a text, not boolean', 'x'))
  for (const text of ['/+8=', '_-8', '_-8=\n']) expect(readBytes(text, 'x')).toEqual(Uint8Array.of(255, 239))
  for (const text of ['a b', '=a', 'ä']) {
    expect(() => readBytes(text, 'x')).toThrow(refused('x must be base64 text, not string', 'x'))
  }
})

test('lists in lists, up to as many axes as numpy has', () => {
  const nested = (axes: number): unknown => (axes === 0 ? 1 : [nested(axes - 1)])
  expect(readLists(nested(64), 'x')).toEqual(nested(64) as never)
  expect(() => readLists(nested(65), 'x')).toThrow(refused('x has more than 64 axes', 'x'))
  expect(() => readLists('1', 'x')).toThrow(refused('x must be nested lists of numbers, not string', 'x'))
})
