import { expect, test } from 'bun:test'
import { parseCondition } from '../../lib/plan/condition.ts'

test('the tree says what is looked at, how, and with what it is compared', () => {
  const path = { field: 'tags', keys: ['a', 'b'] }
  expect(parseCondition({ tags__a__b: { $lt: 1 } })).toEqual({
    kind: 'compare',
    path,
    operator: '$lt',
    operand: { kind: 'value', value: 1 },
  })
  expect(parseCondition({ $not: { tags__a__b: { $eq: '{id}' } } })).toEqual({
    kind: 'not',
    of: { kind: 'compare', path, operator: '$eq', operand: { kind: 'field', path: { field: 'id', keys: [] } } },
  })
  expect(parseCondition({ text: { $regex: '(?i)(?P<word>a)' } })).toEqual({
    kind: 'regex',
    path: { field: 'text', keys: [] },
    pattern: /(?<word>a)/i,
  })
})

test.each([
  [{ n: { $nope: 1 } }, '$nope is unknown'],
  [{ $nope: [] }, '$nope joins no conditions'],
  [{ $AND: [] }, '$AND joins no conditions'],
  [{ n: {} }, 'n needs an operator'],
  [{ n: [1] }, 'n needs an operator'],
  [{ n: { $not: { $eq: 5 } } }, '$not is unknown'],
  [{ n: { $exists: 1 } }, '$exists is true or false, not 1'],
  [{ n: { $regex: 5 } }, '$regex takes a text'],
  [{ n: { $regex: '(' } }, 'is no regular expression'],
  [{ n: { $in: 'abc' } }, '$in takes a list'],
  [{ $or: [1] }, '$or takes a list of conditions'],
  [{ n: { $eq: '{nope' } }, '"{nope" names no field'],
  [{ n: { $eq: '{a}{b}' } }, '"{a}{b}" names no field'],
])('%j is refused: %s', (when, why) => {
  expect(() => parseCondition(when)).toThrow(why)
})
