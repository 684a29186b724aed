/** Specific parameters reach the executor that they name, and no other. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parametersFor } from '../../lib/executor/parameters.ts'

test.each([
  [{ key: 1, executor__key: 2, wrong_executor__key: 3 }, { key: 2 }],
  [{ executor__key: 2, key: 1 }, { key: 2 }],
  [{ a: 1, other__key: 2 }, { a: 1 }],
  [{ executor__a__b: 1 }, { a__b: 1 }],
  [
    { key_1: 0, _x: 1 },
    { key_1: 0, _x: 1 },
  ],
  [
    { __banana__: 1, __front: 2, behind__: 3 },
    { __banana__: 1, __front: 2, behind__: 3 },
  ],
  [{ __results__: {} }, {}],
  [{ __results__: { 'a/rep-0': { n: 1 } } }, { __results__: { 'a/rep-0': { n: 1 } } }],
  [
    { key: 1, Mine: { key: 2, more: 3 } },
    { key: 2, more: 3, Mine: { key: 2, more: 3 } },
  ],
  [
    { key: 1, executor: { key: 2, more: 3 } },
    { key: 2, more: 3, executor: { key: 2, more: 3 } },
  ],
  [
    { key: 1, executor: { key: 2, more: 3 }, Mine: { key: 4 } },
    { key: 4, more: 3, executor: { key: 2, more: 3 }, Mine: { key: 4 } },
  ],
  [
    { key: 1, executor__key: 2, executor: { key: 3 } },
    { key: 3, executor: { key: 3 } },
  ],
  [
    { key: 1, executor: [6] },
    { key: 1, executor: [6] },
  ],
  [
    { key: 1, Mine: 5 },
    { key: 1, Mine: 5 },
  ],
  [
    { key: 1, Mine: [6] },
    { key: 1, Mine: [6] },
  ],
  [{}, {}],
])('%j becomes %j', (all, expected) => {
  expect(parametersFor(all as Record<string, unknown>, 'executor', 'Mine')).toEqual(expected as Record<string, unknown>)
})

test('a name with the separator in it has its own, too', () => {
  expect(parametersFor({ my__exec__key: 1, my__key: 2 }, 'my__exec', 'X')).toEqual({ key: 1 })
})

test('the given object is left alone, and __proto__ is a key as any other', () => {
  const all = Object.freeze(JSON.parse('{"__proto__":{"polluted":true},"e____proto__":1,"a":1}')) as Record<
    string,
    unknown
  >
  const seen = parametersFor(all, 'e', 'X')
  expect(Object.getPrototypeOf(seen)).toBe(Object.prototype)
  expect((seen as { polluted?: boolean }).polluted).toBeUndefined()
  expect(seen.a).toBe(1)
})

test('every key goes exactly where its name says', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
  const plain = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}[a-z0-9]$/).filter((key) => !key.includes('__'))
  fc.assert(
    fc.property(
      name,
      name,
      fc.dictionary(plain, fc.integer()),
      fc.dictionary(plain, fc.integer()),
      (own, other, all, specific) => {
        fc.pre(own !== other && !(own in all))
        const given: Record<string, unknown> = { ...all }
        for (const [key, value] of Object.entries(specific)) {
          given[`${own}__${key}`] = value
          given[`${other}__${key}`] = 'for the other'
        }
        expect(parametersFor(given, own, 'Nobody')).toEqual({ ...all, ...specific })
      },
    ),
  )
})
