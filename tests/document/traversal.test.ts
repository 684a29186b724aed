import { describe, expect, test } from 'bun:test'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { pathsOf } from '../../lib/document/traversal.ts'

const tree = () =>
  new DocumentArray([
    new Document({
      text: 'a',
      chunks: [
        new Document({ text: 'a.c0', chunks: [new Document({ text: 'a.c0.c0' })] }),
        new Document({ text: 'a.c1' }),
      ],
      matches: [new Document({ text: 'a.m0', chunks: [new Document({ text: 'a.m0.c0' })] })],
    }),
    new Document({ text: 'b', chunks: [new Document({ text: 'b.c0' })] }),
  ])

describe('pathsOf', () => {
  test.each([
    ['r', [[]]],
    ['@r', [[]]],
    ['c,m', [['chunks'], ['matches']]],
    ['@r, cc', [[], ['chunks', 'chunks']]],
    ['rm', [['matches']]],
  ])('reads %s', (text, steps) => expect<unknown>(pathsOf(text)).toEqual(steps))

  test.each(['', '@', 'x', 'c,,m', 'constructor', 'cr'])('refuses %j', (text) =>
    expect(() => pathsOf(text)).toThrow('is no path into documents'),
  )
})

describe('traverse', () => {
  test.each([
    ['r', ['a', 'b']],
    ['c', ['a.c0', 'a.c1', 'b.c0']],
    ['m,c', ['a.m0', 'a.c0', 'a.c1', 'b.c0']],
    ['cc', ['a.c0.c0']],
    ['mc', ['a.m0.c0']],
    ['mm', []],
  ])('%s', (path, texts) => expect(tree().traverse(path).texts).toEqual(texts))

  test('gives the documents themselves: a change is one in the tree', () => {
    const docs = tree()
    docs.traverse('c')[0].text = 'new'
    expect(docs[0].chunks[0].text).toBe('new')
  })
})

describe('batches', () => {
  test('hold the size, the last one the rest, in order', () => {
    const docs = new DocumentArray(['0', '1', '2', '3', '4'])
    expect([...docs.batches(2)].map((batch) => batch.texts)).toEqual([['0', '1'], ['2', '3'], ['4']])
    expect([...new DocumentArray().batches(2)]).toEqual([])
  })

  test.each([0, -1, 1.5, Number.NaN])('refuse a size of %d', (size) =>
    expect(() => [...new DocumentArray(['x']).batches(size)]).toThrow('at least 1'),
  )
})
