/** Documents of one dialect among those of the other, and new ones in both. */
import { expect, test } from 'bun:test'
import { decodeData, decodeDocuments, encodeData, encodeDocuments } from '../../../lib/document/data-content.ts'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { concatenate } from '../../../lib/document/reduce.ts'
import { KIND, newNode } from '../../../lib/document/v2/node.ts'
import { dataToNodeJson } from '../../../lib/document/v2/to-json.ts'
import { decodeList, encodeList } from './oracle.ts'

const full = {
  id: 'a',
  text: 'text',
  embedding: [0.5, 2],
  uri: 'http://a.example/b.png',
  tags: { n: 1, list: [null, true] },
  weight: 2,
  scores: { s: { value: 0.5, opName: 'o', refId: 'r' } },
  modality: 'image',
  location: [1, 2.5],
  chunks: [{ id: 'c', text: 'chunk', tags: { deep: true } }],
  matches: [{ id: 'm', blob: Uint8Array.of(1) }],
}

test('a new document is written with the field names and types of docarray', () => {
  const [written] = decodeList(encodeDocuments(new DocumentArray([full]), 'v2'))
  expect(written).toMatchObject({
    id: { text: 'a', type: 'id' },
    text: { text: 'text' },
    embedding: { ndarray: { dense: { shape: [2], dtype: '<f8' } }, type: 'ndarray_embedding' },
    url: { text: 'http://a.example/b.png' },
    mime_type: { text: 'image/png' },
    tags: { dict: { data: { n: { integer: 1 }, list: { list: { data: [{}, { boolean: true }] } } } } },
    weight: { float: 2 },
    scores: {
      dict: {
        data: { s: { dict: { data: { value: { float: 0.5 }, op_name: { text: 'o' }, ref_id: { text: 'r' } } } } },
      },
    },
    chunks: { doc_array: { docs: [{ data: { id: { text: 'c', type: 'id' }, text: { text: 'chunk' } } }] } },
  })
  expect(Object.keys(written!)).not.toContain('granularity')
  const [bare] = decodeList(encodeDocuments(new DocumentArray([{ id: 'b' }]), 'v2'))
  expect(bare).toEqual({ id: { text: 'b', type: 'id' } })
})

test('from the first dialect to the second and back nothing is lost', () => {
  const first = decodeData(encodeData(new DocumentArray([full])))
  const json = first.toJSON()
  const second = decodeData(encodeData(first, 'v2'))
  expect([first.dialect, second.dialect]).toEqual(['v1', 'v2'])
  expect(second[0].tags).toEqual(full.tags)
  expect(second[0].scores).toEqual(full.scores)
  expect(second[0].chunks[0].parentId).toBe('a')
  const back = decodeData(encodeData(second, 'v1'))
  expect(back.dialect).toBe('v1')
  expect(back.toJSON()).toEqual(json)
})

test('fields that the first dialect has no place for stand among its tags', () => {
  const document = new Document({
    id: 'a',
    tags: { own: 1 },
    fields: { line: 'tea', total: 5, url: 'u', vector: new Float32Array(2) },
  })
  expect([document.uri, document.fields.line, document.fields.own, document.fields.nothing]).toEqual([
    'u',
    'tea',
    1,
    undefined,
  ])
  document.fields.total += 0.5
  document.fields.gone = 1
  delete document.fields.gone
  expect(Object.keys(document.fields).sort()).toEqual(['id', 'line', 'own', 'total', 'url', 'vector'])
  expect('line' in document.fields && !('gone' in document.fields)).toBe(true)
  const tags = { own: 1, line: 'tea', total: 5.5, vector: [0, 0] }
  expect(document.toJSON()).toEqual({ id: 'a', uri: 'u', tags })
  const first = decodeDocuments(encodeDocuments(new DocumentArray([document]), 'v1'))
  expect([first[0].tags, first[0].fields.line]).toEqual([tags, 'tea'])
  first[0].fields.line = 'coffee'
  expect(decodeDocuments(encodeDocuments(first))[0].tags.line).toBe('coffee')
  const second = decodeDocuments(encodeDocuments(new DocumentArray([document]), 'v2'))
  expect(second.toJSON()).toEqual([{ id: 'a', url: 'u', tags: { own: 1 }, line: 'tea', total: 5.5, vector: [0, 0] }])
  const bytes = encodeDocuments(second)
  expect(decodeDocuments(encodeDocuments(decodeDocuments(bytes), 'v1'))[0].tags).toEqual({ ...tags })
  expect(() => new Document({ fields: [] as never })).toThrow('fields must be an object')
})

test('of several contents one stays, the others go among the tags', () => {
  const bytes = encodeList([
    {
      id: { text: 'a' },
      text: { text: 't' },
      blob: { blob: 'AQI=' },
      note: {},
      part: { doc: { data: { label: { text: 'l' } } } },
    },
  ])
  const [first] = decodeDocuments(encodeDocuments(decodeDocuments(bytes), 'v1'))
  expect(first?.toJSON()).toEqual({ id: 'a', text: 't', tags: { blob: 'AQI=', note: null, part: { label: 'l' } } })
})

test('an array stays of the dialect that it came in, whatever is put in or taken out', () => {
  const bytes = encodeData(new DocumentArray(['a', 'b']), 'v2')
  const docs = decodeData(bytes)
  docs.push('c', { text: 'd', tags: { n: 0.5 } })
  docs[0].chunks.push('chunk')
  const again = decodeData(encodeData(docs))
  expect([again.dialect, again.texts, again[0].chunks.texts]).toEqual(['v2', ['a', 'b', 'c', 'd'], ['chunk']])
  const others = [docs.slice(1), docs.filter(() => true), concatenate([new DocumentArray(), docs])]
  for (const other of others) expect(decodeData(encodeData(other)).dialect).toBe('v2')
  docs.clear()
  expect([docs.dialect, decodeData(encodeData(docs), 'v2').dialect]).toEqual(['v2', 'v2'])
  const mixed = decodeData(encodeData(new DocumentArray(['x'])))
  mixed.push(again[3])
  expect(decodeData(encodeData(mixed)).toJSON()[1]).toMatchObject({ text: 'd', tags: { n: 0.5 } })
})

test('what a class declares and a new document has not is null, under the name that the class has', () => {
  const document = new Document({ id: 'a', text: 'x', uri: 'u', embedding: [1] })
  const kinds = ['text', 'uri', 'bytes_', 'price', 'embedding'].map((name) => [name, newNode(KIND.text)] as const)
  document.declareKinds(new Map(kinds))
  const bytes = encodeData(new DocumentArray([document]), 'v2')
  expect(JSON.parse(JSON.stringify(dataToNodeJson(bytes)))).toEqual([
    { id: 'a', text: 'x', uri: 'u', embedding: [1], bytes_: null, price: null },
  ])
})
