import { expect, test } from 'bun:test'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { documentFromJson } from '../../lib/document/json.ts'
import { XserveError } from '../../lib/errors.ts'

const full = {
  id: 'a',
  parent_id: 'p',
  granularity: 1,
  adjacency: 2,
  mime_type: 'image/png',
  text: 't',
  weight: 0.5,
  uri: 'u',
  tags: { n: 1, list: [null, true] },
  offset: 1.5,
  location: [1, 2],
  embedding: [[1.5, 2]],
  modality: 'image',
  evaluations: { e: { value: 1, op_name: 'o', description: 'd', ref_id: 'r' } },
  scores: { s: { value: 2, op_name: '', description: '', ref_id: '' } },
}

test('only what is set, by the names of Jina', () => {
  expect(new Document({ id: 'a' }).toJSON()).toEqual({ id: 'a' })
  expect(Document.fromJSON(full).toJSON()).toEqual(full)
  const other = { id: 'b', blob: 'AAH/', matches: [{ id: 'm', adjacency: 1, tensor: [1, 2] }] }
  expect(Document.fromJSON(other).toJSON()).toEqual(other)
})

test('both spellings are read; null is as absent; a text is a document', () => {
  const { mime_type, parent_id, ...rest } = full
  expect(Document.fromJSON({ ...rest, mimeType: mime_type, parentId: parent_id }).toJSON()).toEqual(full)
  const nulls = Object.fromEntries(Object.keys(full).map((key) => [key, null]))
  expect(Object.keys(Document.fromJSON(nulls).toJSON())).toEqual(['id'])
  expect(documentFromJson('x')).toEqual({ text: 'x' })
  expect(documentFromJson({ scores: { s: 1 } })).toEqual({ scores: { s: { value: 1 } } })
})

test('numbers that JSON has not are null or text', () => {
  const document = new Document({
    tensor: new Float64Array([Number.NaN, 1]),
    embedding: new BigInt64Array([2n ** 62n]),
  })
  expect(document.toJSON()).toMatchObject({ tensor: [null, 1], embedding: [String(2n ** 62n)] })
  expect(new Document({ tensor: [[true, false]] }).toJSON().tensor).toEqual([[true, false]])
})

test.each([
  [5, 'it must be a document (an object or a text), not number'],
  [{ text: 5 }, 'text must be a text, not number'],
  [{ weight: 'x' }, 'weight must be a number, not string'],
  [{ chunks: [{}, { matches: [{ uri: [] }] }] }, 'chunks[1].matches[0].uri must be a text, not a list'],
  [{ chunks: {} }, 'chunks must be a list of documents, not an object'],
  [{ blob: '%%' }, 'blob must be base64 text, not string'],
  [{ tags: [1] }, 'tags must be an object, not a list'],
  [{ location: ['x'] }, 'location must be a list of numbers, not a list'],
  [{ tensor: 'x' }, 'tensor must be nested lists of numbers, not string'],
  [{ scores: { s: 'x' } }, 'scores.s must be a score (a number or an object with value), not string'],
  [{ scores: { s: { value: 'x' } } }, 'scores.s.value must be a number, not string'],
  [{ evaluations: { s: { refId: 1 } } }, 'evaluations.s.ref_id must be a text, not number'],
])('%j: %s', (value, message) => {
  expect(() => documentFromJson(value)).toThrow(message)
})

test.each([
  ['txt', 'did you mean text?'],
  ['txet', 'did you mean text?'],
  ['mimetype', 'did you mean mime_type?'],
  ['embeding', 'did you mean embedding?'],
  ['price', 'fields: id, parent_id'],
  ['', 'fields: id, parent_id'],
])('the unknown field %j: %s', (key, hint) => {
  try {
    DocumentArray.fromJSON([{ [key]: 1 }])
    expect.unreachable()
  } catch (error) {
    expect((error as XserveError).message).toBe(`[0].${key} is no field of a document`)
    expect((error as XserveError).details.hint).toStartWith(hint)
  }
})

test('too deep nesting is refused', () => {
  let value: Record<string, unknown> = {}
  for (let i = 0; i < 5000; i++) value = { chunks: [value] }
  expect(() => Document.fromJSON(value)).toThrow(XserveError)
})
