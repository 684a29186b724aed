/** Conditions in words. */
import { expect, test } from 'bun:test'
import { conditionText } from '../../../lib/export/flowchart/condition-text.ts'

test.each<[Record<string, unknown>, string]>([
  [{}, 'always'],
  [{ tags__price: { $gte: 10 } }, 'tags.price ≥ 10'],
  [{ text: { $neq: 'a' }, weight: { $lt: 1 } }, 'text ≠ "a" and weight < 1'],
  [{ tags__n: { $gt: 1, $lte: 5 } }, 'tags.n > 1 and tags.n ≤ 5'],
  [{ $or: [{ a: { $eq: 1 } }, { b: { $in: [1, 2] }, c: { $exists: true } }] }, 'a = 1 or (b in [1,2] and c exists)'],
  [{ $or: [] }, 'never'],
  [{ $not: { $or: [{ a: { $eq: 1 } }, { b: { $eq: 2 } }] } }, 'not (a = 1 or b = 2)'],
  [{ $not: [{ uri: { $exists: true } }] }, 'not uri exists'],
  [{ tags__limit: { $eq: '{tags__most}' } }, 'tags.limit = tags.most'],
  [{ uri: { $regex: '(?i)\\.png$' } }, 'uri ~ /\\.png$/i'],
  [{ chunks: { $size: 2 }, uri: { $exists: false } }, 'chunks has size 2 and uri is missing'],
  [{ a: { $nin: ['x'] } }, 'a not in ["x"]'],
])('%j', (when, words) => expect(conditionText(when)).toBe(words))
