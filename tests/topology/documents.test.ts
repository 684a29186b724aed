import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { parseCondition } from '../../lib/plan/condition.ts'
import { appendData, filterData, joinData, orderLike } from '../../lib/topology/documents.ts'
import { requestOf } from './trace.ts'

const dataOf = (...rows: Record<string, unknown>[]) => requestOf({ docs: rows }).data
const idsOf = (data: Uint8Array) => decodeData(data).map((document) => document.id)
const some = dataOf({ id: 'a', text: 'x' }, { id: 'b', tags: { n: 1 } }, { id: 'c' })

test('joinData() joins by id; branches that are one and the same are not even read', () => {
  const garbage = new Uint8Array([0xff, 0xff])
  const views = [garbage.subarray(0), garbage.subarray(0)]
  expect(joinData(views)).toBe(views[0]!)
  expect(idsOf(joinData([dataOf({ id: 'a' }, { id: 'b' }), dataOf({ id: 'c' }, { id: 'a' })]))).toEqual(['a', 'b', 'c'])
  expect(idsOf(joinData([new Uint8Array(0), some]))).toEqual(['a', 'b', 'c'])
})

test('appendData() keeps all, one branch behind the other', () => {
  expect(idsOf(appendData([some, dataOf({ id: 'a' })]))).toEqual(['a', 'b', 'c', 'a'])
})

test.each(['v1', 'v2'] as const)('filterData() keeps documents byte for byte (%s)', (dialect) => {
  const data = encodeData(decodeData(some), dialect)
  const all = parseCondition({ id: { $neq: 'nobody' } })
  expect(filterData(data, all)).toBe(data)
  const kept = filterData(data, parseCondition({ tags__n: { $exists: true } }))
  expect(decodeData(kept).dialect).toBe(dialect)
  expect(decodeData(kept).at(0)!.toBytes()).toEqual(decodeData(data).at(1)!.toBytes())
  expect(idsOf(filterData(data, parseCondition({ $or: [] })))).toEqual([])
})

test('orderLike() has the order of the request, new documents last; what is in order is left alone', () => {
  expect(orderLike(some, some)).toBe(some)
  const mixed = dataOf({ id: 'new' }, { id: 'c' }, { id: 'a' }, { id: 'newer' })
  expect(idsOf(orderLike(mixed, some))).toEqual(['a', 'c', 'new', 'newer'])
})
