/** Documents of the second dialect: what properties and fields read and write. */
import { expect, test } from 'bun:test'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { documentOf, id, nodesOf, tensorNode } from './node-documents.ts'

test('what is absent reads as absent, and reading it writes nothing', () => {
  const document = documentOf({ text: {}, tags: {} })
  const { text, blob, tensor, embedding, uri, mimeType, modality, weight, offset } = document
  expect([text, blob, tensor, embedding, uri, mimeType, modality, weight, offset]).toEqual(new Array(9).fill(undefined))
  expect([document.tags, document.scores, document.evaluations, document.location]).toEqual([{}, {}, {}, []])
  expect([document.chunks.length, document.matches.length, document.granularity]).toEqual([0, 0, 0])
  expect([document.fields.text, document.fields.tags, document.fields.chunks]).toEqual([null, null, undefined])
  expect(document.isUntouched).toBe(true)
  expect(nodesOf(document)).toEqual({ text: {}, tags: {} })
})

test('what is put into a container that was absent is written', () => {
  const document = documentOf({})
  document.tags.a = 1
  document.chunks.push('c')
  document.scores.x = { value: 0.5, opName: 'o' }
  document.location.push(1.5)
  const { tags, chunks, scores, location } = nodesOf(document)
  expect(tags).toEqual({ dict: { data: { a: { integer: 1 } } } })
  expect(chunks).toMatchObject({ doc_array: { docs: [{ data: { text: { text: 'c' } } }] } })
  expect(scores).toEqual({
    dict: { data: { x: { dict: { data: { value: { float: 0.5 }, op_name: { text: 'o' } } } } } },
  })
  expect(location).toEqual({ list: { data: [{ float: 1.5 }] } })
})

test('text, blob and tensor stand beside each other, and an empty text is a text', () => {
  const document = documentOf({
    text: { text: '' },
    bytes_: { blob: 'AQ==', type: 'image_bytes' },
    tensor: tensorNode('image_ndarray'),
  })
  expect(document.text).toBe('')
  document.text += '!'
  expect(document.blob).toEqual(Uint8Array.of(1))
  document.blob = Uint8Array.of(2)
  expect(document.tensor?.toArray()).toEqual([1.5, -2])
  expect(nodesOf(document)).toEqual({
    text: { text: '!' },
    bytes_: { blob: 'Ag==', type: 'image_bytes' },
    tensor: tensorNode('image_ndarray'),
  })
  document.text = undefined
  document.mimeType = undefined
  expect(nodesOf(document)).toMatchObject({ text: {} })
  expect(document.fields).not.toHaveProperty('mime_type')
})

test('uri is the url of the second dialect, whichever name it has', () => {
  for (const name of ['url', 'uri']) {
    const document = documentOf({ [name]: { text: 'http://a.example/b.png', type: 'image_url' } })
    expect(document.uri).toBe('http://a.example/b.png')
    document.uri = 'http://a.example/c.png'
    expect(nodesOf(document)).toEqual({ [name]: { text: 'http://a.example/c.png', type: 'image_url' } })
  }
  const both = documentOf({ url: {}, uri: { text: 'x' } })
  expect(both.uri).toBe('x')
})

test('an array is computed with and keeps its type; lists of numbers are one, too', () => {
  const document = documentOf({
    embedding: tensorNode('ndarray_embedding'),
    tensor: { list: { data: [{ integer: 1 }, { float: 2 }] } },
  })
  document.embedding = document.embedding!.map((x) => x * 2)
  expect(document.tensor?.toArray()).toEqual([1n, 2n])
  const { embedding } = nodesOf(document)
  expect([embedding?.type, documentOf({ embedding: embedding! }).embedding?.toArray()]).toEqual([
    'ndarray_embedding',
    [3, -4],
  ])
  const fresh = documentOf({ embedding: {} })
  fresh.embedding = [1, 2]
  fresh.fields.vector = new Float32Array([1])
  fresh.fields.bytes = Uint8Array.of(1)
  expect(nodesOf(fresh)).toMatchObject({
    embedding: { type: 'ndarray_embedding' },
    vector: { type: 'ndarray' },
    bytes: { blob: 'AQ==' },
  })
})

test('numbers keep the kind of what they replace, at any depth', () => {
  const document = documentOf({
    count: { integer: -7 },
    ratio: { float: 2 },
    list: { list: { data: [{ float: 1 }, { float: 2 }] } },
    pair: { tuple: { data: [{ integer: 1 }, { text: 'two' }] } },
    bag: { set: { data: [{ integer: 5 }] } },
    table: {
      dict: { data: { int: { integer: 3 }, float: { float: 2 }, deep: { list: { data: [{ float: 1 }] } }, none: {} } },
    },
  })
  const { fields } = document
  fields.count -= 1
  fields.ratio += 1
  fields.list = [...fields.list, 3]
  fields.pair[0]++
  fields.bag.add(6)
  fields.table = { ...fields.table, added: true }
  Object.assign(fields, {
    whole: 1,
    big: 2 ** 31,
    half: 0.5,
    minus: -0,
    text: 't',
    yes: true,
    nothing: null,
    words: ['a', null],
  })
  delete fields.nothing
  expect(nodesOf(document)).toEqual({
    count: { integer: -8 },
    ratio: { float: 3 },
    list: { list: { data: [{ float: 1 }, { float: 2 }, { float: 3 }] } },
    pair: { tuple: { data: [{ integer: 2 }, { text: 'two' }] } },
    bag: { set: { data: [{ integer: 5 }, { integer: 6 }] } },
    table: {
      dict: {
        data: {
          int: { integer: 3 },
          float: { float: 2 },
          deep: { list: { data: [{ float: 1 }] } },
          none: {},
          added: { boolean: true },
        },
      },
    },
    whole: { integer: 1 },
    big: { float: 2 ** 31 },
    half: { float: 0.5 },
    minus: { float: -0 },
    text: { text: 't' },
    yes: { boolean: true },
    words: { list: { data: [{ text: 'a' }, {}] } },
  })
})

test('nested documents are Documents, changed in place or replaced', () => {
  const part = { doc: { data: { id, label: { text: 'inner' }, score: { float: 1 } } } }
  const document = documentOf({ part, other: part, parts: { doc_array: { docs: [part.doc] } } })
  const { fields } = document
  expect(fields.part).toBeInstanceOf(Document)
  expect(fields.parts).toBeInstanceOf(DocumentArray)
  expect(document.isUntouched).toBe(true)
  fields.part.fields.label += ' changed'
  fields.other = { label: 'object', score: 2 }
  fields.parts.push(new Document({ id: 'n', fields: { label: 'new' } }))
  fields.more = [new Document({ id: 'm', text: 'one' })]
  expect(nodesOf(document)).toEqual({
    part: { doc: { data: { id, label: { text: 'inner changed' }, score: { float: 1 } } } },
    other: { doc: { data: { label: { text: 'object' }, score: { float: 2 } } } },
    parts: { doc_array: { docs: [part.doc, { data: { id: { text: 'n', type: 'id' }, label: { text: 'new' } } }] } },
    more: { doc_array: { docs: [{ data: { id: { text: 'm', type: 'id' }, text: { text: 'one' } } }] } },
  })
})

test('chunks know their document, and what is no field value is refused by its path', () => {
  const document = documentOf({ chunks: { doc_array: { docs: [{ data: { text: { text: 'c' } } }] } } })
  expect([document.chunks[0].text, document.chunks[0].parentId, document.chunks[0].granularity]).toEqual(['c', 'i', 1])
  document.fields.table = { deep: [new Date()] }
  expect(() => document.toBytes()).toThrow('table.deep[0] is a Date')
  document.fields.table = document
  expect(() => document.toBytes()).toThrow('nested deeper')
  expect(() => Object.assign(document, { text: 5 })).toThrow('text must be a string')
})

test('fields of another kind than a property expects leave it empty, and are kept', () => {
  const odd = { integer: 5 }
  const document = documentOf({
    text: odd,
    blob: odd,
    tensor: odd,
    tags: odd,
    chunks: odd,
    scores: odd,
    url: odd,
    weight: { text: 'x' },
  })
  const { text, blob, tensor, uri, weight } = document
  expect([text, blob, tensor, uri, weight]).toEqual(new Array(5).fill(undefined))
  expect([document.tags, document.scores, document.chunks.length]).toEqual([{}, {}, 0])
  expect(document.isUntouched).toBe(true)
  expect(document.fields.tags).toBe(5)
})
