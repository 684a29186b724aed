import { describe, expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { parseCondition } from '../../lib/plan/condition.ts'
import { matches } from '../../lib/topology/matches.ts'

const DOCUMENTS = [
  { id: 'bare' },
  {
    id: 'full',
    text: 'Hello you',
    weight: 0.5,
    tags: { n: 5, s: 'abc', yes: true, l: [1, 2], o: { k: 'v', p: { q: 1 } } },
  },
  { id: 'more', text: '5', tags: { n: 10, m: 10, s: '', yes: false, l: [], o: {} } },
  { id: 'text', text: 'ünï🚀', tags: { n: '5' } },
  { id: 'null', tags: { n: null, 'x-y': 1 }, chunks: [{ id: 'c' }] },
]

const CASES: [Record<string, unknown>, string[]][] = [
  [{}, ['bare', 'full', 'more', 'text', 'null']],
  [{ tags__n: { $eq: 5 } }, ['full']],
  [{ tags__n: { $eq: '5' } }, ['text']],
  [{ tags__n: { $eq: null } }, ['bare', 'null']],
  [{ tags__n: { $neq: 5 } }, ['bare', 'more', 'text', 'null']],
  [{ tags__n: { $gt: 5 } }, ['more']],
  [{ tags__n: { $gte: 5, $lt: 10 } }, ['full']],
  [{ tags__n: { $lte: 'a' } }, ['text']],
  [{ tags__yes: { $eq: false } }, ['more']],
  [{ tags__l: { $eq: [1, 2] } }, ['full']],
  [{ tags__l__1: { $eq: 2 } }, ['full']],
  [{ tags__n: { $in: [5, 10] } }, ['full', 'more']],
  [{ tags__n: { $nin: [5, 10, null] } }, ['text']],
  [{ text: { $eq: '' } }, ['bare', 'null']],
  [{ text: { $regex: '(?i)hello' } }, ['full']],
  [{ text: { $regex: '^llo' } }, []],
  [{ tags__n: { $regex: '5' } }, ['text']],
  [{ text: { $size: 4 } }, ['text']],
  [{ tags__l: { $size: 2 } }, ['full']],
  [{ tags__o: { $size: 0 } }, ['more']],
  [{ chunks: { $size: 1 } }, ['null']],
  [{ tags__n: { $exists: true } }, ['full', 'more', 'text']],
  [{ tags__s: { $exists: true } }, ['full', 'more']],
  [{ text: { $exists: false } }, ['bare', 'null']],
  [{ chunks: { $exists: true } }, ['null']],
  [{ weight: { $exists: true } }, ['full']],
  [{ tags__o__p__q: { $eq: 1 } }, ['full']],
  [{ tags__o__k__deeper: { $eq: 'v' } }, []],
  [{ 'tags__x-y': { $eq: 1 } }, ['null']],
  [{ tags__constructor: { $exists: true } }, []],
  [{ id: { $in: ['text'] } }, ['text']],
  [{ tags__m: { $eq: '{tags__n}' } }, ['bare', 'more', 'null']],
  [{ text: { $eq: '{ tags__n }' } }, []],
  [{ nobody_has_it: { $exists: true } }, []],
  [{ nobody_has_it: { $neq: 1 } }, ['bare', 'full', 'more', 'text', 'null']],
  [{ $and: [{ tags__n: { $gte: 5 } }, { tags__s: { $eq: 'abc' } }] }, ['full']],
  [{ $or: { text: { $eq: '5' }, weight: { $eq: 0.5 } } }, ['full', 'more']],
  [{ $not: { text: { $eq: '' } } }, ['full', 'more', 'text']],
  [{ $or: [] }, []],
  [{ $not: {} }, []],
]

describe.each(['v1', 'v2'] as const)('documents of %s', (dialect) => {
  const data = encodeData(new DocumentArray(DOCUMENTS.map((row) => new Document(row))), dialect)
  test.each(CASES)('%j', (when, ids) => {
    const condition = parseCondition(when)
    expect(
      decodeData(data)
        .filter((one) => matches(condition, one))
        .map((one) => one.id),
    ).toEqual(ids)
  })
})
