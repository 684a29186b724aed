import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { XserveError } from '../../lib/errors.ts'

const letters = () => new DocumentArray(['a', 'b', 'c'])
const received = () => decodeData(encodeData(letters()))

test('is made of documents, texts and objects', () => {
  const one = new Document({ text: 'one' })
  const docs = new DocumentArray([one, 'two', { text: 'three', tags: { n: 3 } }])
  expect(docs.texts).toEqual(['one', 'two', 'three'])
  expect(docs[0]).toBe(one)
  expect(docs[2].tags).toEqual({ n: 3 })
  expect(DocumentArray.empty(2).map((doc) => doc.id.length)).toEqual([32, 32])
  expect(DocumentArray.from(new Set(['x'])).texts).toEqual(['x'])
  expect(() => new DocumentArray([5 as never])).toThrow('number is no Document')
})

test('an index reads, sets a text, replaces and appends', () => {
  for (const docs of [letters(), received()]) {
    const { id } = docs[1]
    docs[1] = 'changed'
    expect([docs[1].text, docs[1].id]).toEqual(['changed', id])
    docs[0] = new Document({ id: 'new' })
    expect(docs.byId('new')).toBe(docs[0])
    docs[3] = 'd'
    expect(docs.length).toBe(4)
    expect(docs[4]).toBeUndefined()
    expect(() => {
      docs[9] = 'far'
    }).toThrow(XserveError)
  }
})

test('indexes work behind the length that there was at first', () => {
  const docs = new DocumentArray()
  for (let i = 0; i < 200; i++) docs[i] = `${i}`
  expect([docs.length, docs[199].text, docs[200]]).toEqual([200, '199', undefined])
})

test('has the methods of an Array that documents need', () => {
  for (const docs of [letters(), received()]) {
    expect(docs.push('d', new Document({ text: 'e' }))).toBe(5)
    expect(docs.pop()?.text).toBe('e')
    expect(docs.at(-1)?.text).toBe('d')
    expect(docs.splice(1, 1, 'x', 'y').map((doc) => doc.text)).toEqual(['b'])
    expect(docs.texts).toEqual(['a', 'x', 'y', 'c', 'd'])
    expect(docs.slice(1, 3).texts).toEqual(['x', 'y'])
    expect(docs.filter((doc) => doc.text! > 'c').texts).toEqual(['x', 'y', 'd'])
    expect(docs.find((doc) => doc.text === 'y')).toBe(docs[2])
    expect([...docs].length).toBe(5)
    docs.extend(['z'])
    docs.texts = docs.texts.map((text) => text.toUpperCase())
    expect(docs.texts).toEqual(['A', 'X', 'Y', 'C', 'D', 'Z'])
    const seen: number[] = []
    docs.forEach((_, index) => {
      seen.push(index)
    })
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
    docs.clear()
    expect([docs.length, docs.texts, docs[0]]).toEqual([0, [], undefined])
  }
})

test('knows whether it is still what came', () => {
  const untouched = received()
  expect(untouched.texts).toEqual(['a', 'b', 'c'])
  expect(untouched.isUntouched).toBe(true)
  const changes: ((docs: DocumentArray) => void)[] = [
    (docs) => docs.push('d'),
    (docs) => docs.pop(),
    (docs) => docs.clear(),
    (docs) => docs.splice(0, 1, docs[1]),
    (docs) => {
      docs[0] = docs[1]
    },
    (docs) => {
      docs[2].text = 'x'
    },
    (docs) => {
      docs[0].tags.x = 1
    },
  ]
  for (const change of changes) {
    const docs = received()
    change(docs)
    expect(docs.isUntouched).toBe(false)
  }
})

test('as JSON and back', () => {
  const docs = new DocumentArray([{ id: 'a', text: 'x', chunks: [{ id: 'b', text: 'y' }] }])
  expect(JSON.parse(JSON.stringify(docs))).toEqual([
    { id: 'a', text: 'x', chunks: [{ id: 'b', text: 'y', parent_id: 'a', granularity: 1 }] },
  ])
  expect(DocumentArray.fromJSON(docs.toJSON()).toJSON()).toEqual(docs.toJSON())
  expect(() => DocumentArray.fromJSON({})).toThrow('a list of documents')
})
