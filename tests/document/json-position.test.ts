import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { findJsonError } from '../../lib/document/json-position.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['{a: 1}', 1],
  ['[1, 2', 5],
  ['"abc', 4],
  ['"a\nb"', 2],
  ['"a\\qb"', 2],
  ['{"a": tru}', 6],
  ['1 2', 2],
  ['', 0],
  ["{'a': 1}", 1],
])('%p goes wrong at %p', (text, offset) => {
  expect(findJsonError(text)).toBe(offset)
})

test('sound texts are read to their end, damaged ones never', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', 'x', ':', '\\', '1'), (json, where, put) => {
      expect(findJsonError(json)).toBe(json.length)
      const at = where % (json.length + 1)
      const damaged = json.slice(0, at) + put + json.slice(at + 1)
      // A text that ends too soon has its fault at the end; only there the place does not tell.
      if (isJson(damaged)) expect(findJsonError(damaged)).toBe(damaged.length)
      else
        expect(isJson(damaged.slice(0, findJsonError(damaged))) && findJsonError(damaged) === damaged.length).toBe(
          false,
        )
    }),
  )
})

test('what stands before the place can go on to become JSON', () => {
  // Cutting a sound text anywhere leaves nothing wrong but its end.
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, where) => {
      const json = JSON.stringify([value])
      const cut = json.slice(0, where % json.length)
      const end = findJsonError(cut)
      // Within an escape, a number or a word the place is where that begins.
      expect(cut.slice(end)).toMatch(/^(?:|-|t|tr|tru|f|fa|fal|fals|n|nu|nul|\\.{0,5}|[eE.][+-]?|[+-])$/)
    }),
  )
})
