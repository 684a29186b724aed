/** Values of options in their types, as YAML, programs and command lines write them; what is none is told. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { fromProgram, memberOf } from '../../lib/config/given.ts'
import { readValue, shown, wholeNumber } from '../../lib/config/option-value.ts'
import { createProblems, sentence } from '../../lib/config/problems.ts'
import type { ConfigOption, OptionType } from '../../lib/config/table/option.ts'

function read(type: OptionType, value: unknown, more: Partial<ConfigOption> = {}) {
  const problems = createProblems()
  const option: ConfigOption = { name: 'it', scopes: ['executor'], type, summary: '', ...more }
  const read = readValue(option, memberOf(fromProgram({ it: value }), 'it'), problems)
  return problems.found.length > 0 ? problems.found.map(sentence) : read
}

describe('what is read', () => {
  test.each<[OptionType, unknown, unknown]>([
    ['flag', true, true],
    ['text', 'a', 'a'],
    ['text', 5, '5'],
    ['integer', 5, 5],
    ['integer', '5', 5],
    ['texts', 'a', ['a']],
    ['texts', ['a', 1, true], ['a', '1', 'true']],
    ['object', { a: 1 }, { a: 1 }],
    ['object', '{"a": 1}', { a: 1 }],
    ['map', { a: 1, b: 'x', c: true, d: null }, { a: '1', b: 'x', c: 'true' }],
    ['ports', 80, [80]],
    ['ports', '80,81', [80, 81]],
    ['ports', '80 81', [80, 81]],
    ['ports', [80, '81'], [80, 81]],
    ['polling', 'ALL', 'all'],
    ['polling', { '/a': 'ANY', '*': 'all' }, { '/a': 'any', '*': 'all' }],
    ['condition', { tags__x: { $lt: 5 } }, { tags__x: { $lt: 5 } }],
    ['batching', { '/a': { preferred_batch_size: 4 } }, { '/a': { preferredBatchSize: 4 } }],
    [
      'batching',
      { '/a': { preferredBatchSize: 4, timeout: '10', flush_all: true } },
      { '/a': { preferredBatchSize: 4, timeout: 10, flushAll: true } },
    ],
    ['uses', { jtype: 'A' }, { jtype: 'A' }],
  ])('%s: %j', (type, value, expected) => expect(read(type, value)).toEqual(expected))
})

describe('what is none', () => {
  test.each<[OptionType, unknown, RegExp]>([
    ['flag', 'yes', /^it: it is true or false, not "yes"$/],
    ['text', [1], /^it: it is a text, not \[1\]$/],
    ['integer', 'x', /^it: it must be a whole number, not "x"$/],
    ['integer', 1.5, /whole number/],
    ['integer', '99999999999999999999', /whole number/],
    ['integer', -1, /^it: it must be at least 0, not -1$/],
    ['texts', ['a', {}], /^it\[1\]: it is a list of texts/],
    ['object', 'a', /is no JSON$/],
    ['object', '[1]', /holds keys and values/],
    ['object', [1], /holds keys and values/],
    ['map', { a: {} }, /^it\.a: it: a is a text or a number/],
    ['ports', 65_536, /from 0 to 65535, not 65536/],
    ['ports', [80, 'x'], /^it\[1\]: .*not "x"/],
    ['polling', 'some', /some/],
    ['condition', 'x > 1', /is a condition such as/],
    ['batching', { '/a': { preferred_batch_sze: 4 } }, /batching has no preferred_batch_sze/],
    ['batching', { '/a': 4 }, /batching of \/a is an object/],
    ['batching', { '/a': { timeout: 1 } }, /has no preferred_batch_size/],
    ['batching', { '/a': { preferred_batch_size: 0 } }, /at least 1/],
  ])('%s: %j', (type, value, message) => {
    const found = read(type, value)
    expect(found).toBeArray()
    expect((found as string[])[0]).toMatch(message)
  })
})

test('words are known in any case, and told when they are not', () => {
  expect(read('text', 'GZIP', { choices: ['Gzip', 'Deflate'] })).toBe('Gzip')
  expect(read('text', 'zip', { choices: ['Gzip', 'Deflate'] })).toEqual(['it: it cannot be "zip"'])
})

test('numbers are whole ones, in digits', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => wholeNumber(n) === n && wholeNumber(String(n)) === n))
  fc.assert(fc.property(fc.string(), (text) => (wholeNumber(text) === undefined) !== /^[+-]?\d{1,15}$/.test(text)))
})

test('any value is read or told, never thrown at', () => {
  const types: OptionType[] = [
    'flag',
    'text',
    'integer',
    'texts',
    'object',
    'map',
    'ports',
    'polling',
    'condition',
    'batching',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.jsonValue(), (type, value) => {
      fc.pre(value !== null)
      expect(read(type, value)).toBeDefined()
    }),
  )
})

test('long values are cut in messages', () => expect(shown('x'.repeat(100))).toBe(`"${'x'.repeat(79)}…`))
