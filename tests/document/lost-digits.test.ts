import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { findLostDigits, losesDigits } from '../../lib/document/lost-digits.ts'

const find = (text: string) => findLostDigits(text, JSON.parse(text))

test.each<[string, object | null]>([
  ['{"id": 9007199254740993}', { written: '9007199254740993', path: ['id'] }],
  ['{"a": [1, {"b": -12345678901234567890}]}', { written: '-12345678901234567890', path: ['a', 1, 'b'] }],
  ['{"id": 9007199254740992, "far": 1000000000000000000}', null],
  ['{"id": "9007199254740993", "near": 9007199254740992}', null],
  ['{"id": "say \\"9007199254740993", "near": 9007199254740992}', null],
  ['{"float": 1e300, "other": 0.12345678901234567890, "third": 12345678901234567890.5}', null],
  ['{"none": null, "list": []}', null],
])('%s: %j', (text, expected) => expect(find(text)).toEqual(expected as never))

test('any whole number that is read as another one is found, and no other', () => {
  const digits = fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n })
  fc.assert(
    fc.property(digits, fc.string(), (number, word) => {
      const written = String(number)
      const isLost = BigInt(Number(written)) !== number && String(Number(written)) !== written
      expect(losesDigits(written, Number(written))).toBe(isLost)
      const text = `{${JSON.stringify(word)}: ${JSON.stringify(word)}, "n": [${written}]}`
      expect(find(text)).toEqual(isLost ? { written, path: ['n', 0] } : null)
    }),
  )
})
