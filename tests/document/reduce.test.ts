import { expect, test } from 'bun:test'
import { decodeDocuments, encodeDocuments } from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { concatenate, reduceDocuments } from '../../lib/document/reduce.ts'
import { decode, encode } from '../wire/oracle.ts'

const TYPE = 'docarray.DocumentArrayProto'
const branch = (...docs: Record<string, unknown>[]) => decodeDocuments(encode(TYPE, { docs }))

test('concatenated branches keep all documents in order', () => {
  const [a, b] = [new DocumentArray(['1', '2']), new DocumentArray(['3'])]
  const all = concatenate([a, b])
  expect(all.texts).toEqual(['1', '2', '3'])
  expect(all[0]).toBe(a[0])
  expect(a.length).toBe(2)
})

test('arrays that cannot be read are joined as they are', () => {
  const complex = { dense: { buffer: Buffer.alloc(8, 1), shape: [1], dtype: '<c8' }, cls_name: 'numpy' }
  const reduced = reduceDocuments([
    branch({ id: 'a', tensor: complex }),
    branch({ id: 'a', embedding: complex, uri: 'u' }),
  ])
  expect(decode(TYPE, encodeDocuments(reduced))).toEqual(
    decode(TYPE, encode(TYPE, { docs: [{ id: 'a', tensor: complex, uri: 'u', embedding: complex }] })),
  )
})

test('documents that were changed are joined as they are now, and the branches stay what they were', () => {
  const [left, right] = [branch({ id: 'a' }), branch({ id: 'a', weight: 2 })]
  left[0].text = 'changed'
  right[0].tags.n = 1
  const reduced = reduceDocuments([left, right])
  expect(reduced.toJSON()).toEqual([{ id: 'a', text: 'changed', weight: 2, tags: { n: 1 } }])
  expect([left[0].weight, right[0].text]).toEqual([undefined, undefined])
})

test('chunks are joined when both have some, else taken', () => {
  const chunk = (id: string, more = {}) => ({ id, parent_id: 'a', granularity: 1, ...more })
  const left = branch({ id: 'a', chunks: [chunk('c', { text: 'l' })] })
  const right = branch({
    id: 'a',
    chunks: [chunk('c', { uri: 'r' }), chunk('d')],
    matches: [{ id: 'm', adjacency: 1 }],
  })
  expect(reduceDocuments([left, right]).toJSON()).toEqual([
    { id: 'a', chunks: [chunk('c', { text: 'l', uri: 'r' }), chunk('d')], matches: [{ id: 'm', adjacency: 1 }] },
  ])
})

test('documents without an id are not one', () => {
  expect(reduceDocuments([branch({ text: 'x' }), branch({ text: 'y' })]).texts).toEqual(['x', 'y'])
})

test('no branch, one branch', () => {
  expect(reduceDocuments([]).length).toBe(0)
  expect(reduceDocuments([branch({ id: 'a', text: 'x' })]).toJSON()).toEqual([{ id: 'a', text: 'x' }])
})
