/** Texts and how wide they are. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { shortened, textWidth, wrapped } from '../../../lib/export/flowchart/geometry.ts'

test('a text is cut off where it is too long, with a mark for it', () => {
  expect([shortened('abcdef', 6), shortened('abcdef', 5), shortened('abcdef', 5, '~')]).toEqual([
    'abcdef',
    'abcd…',
    'abcd~',
  ])
  // Letters of East Asia take two columns.
  expect([shortened('検索検索', 8), shortened('検索検索', 7)]).toEqual(['検索検索', '検索検…'])
  expect(textWidth('検索', 10)).toBe(textWidth('abcd', 10))
})

test('is never longer than allowed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      expect(Bun.stringWidth(shortened(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
})

test('lines are broken between words, and the last one is cut off', () => {
  expect(wrapped('when a is more than b', 10, 3)).toEqual(['when a is', 'more than', 'b'])
  expect(wrapped('when a is more than b and c', 10, 2)).toEqual(['when a is', 'more than…'])
  expect(wrapped('incomprehensibilities', 10, 2)).toEqual(['incompreh…'])
})
