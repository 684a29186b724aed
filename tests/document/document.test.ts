import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeDocuments, encodeDocuments } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { Tensor } from '../../lib/document/tensor.ts'
import { XserveError } from '../../lib/errors.ts'
import { decode, encode } from '../wire/oracle.ts'

const TYPE = 'docarray.DocumentProto'
const again = (document: Document): Document => Document.view(new Uint8Array(document.toBytes()))

test('a new document has 32 hex digits as id, and what it was made of', () => {
  const document = new Document({ text: 'a', tags: { n: 1 }, chunks: ['c'], uri: 'http://example.org/a.png' })
  expect(document.id).toMatch(/^[0-9a-f]{32}$/)
  expect(document.text).toBe('a')
  expect(document.mimeType).toBe('image/png')
  expect(document.chunks[0].text).toBe('c')
  expect(new Document('just a text').text).toBe('just a text')
})

test('what is absent reads as absent', () => {
  const document = Document.view(new Uint8Array(0))
  const { text, blob, tensor, embedding, uri, mimeType, modality, weight, offset, parentId } = document
  expect([text, blob, tensor, embedding, uri, mimeType, modality, weight, offset, parentId]).toEqual(
    new Array(10).fill(undefined),
  )
  expect([document.granularity, document.adjacency, document.location]).toEqual([0, 0, []])
  expect([document.tags, document.scores, document.evaluations]).toEqual([{}, {}, {}])
  expect([document.chunks.length, document.matches.length]).toEqual([0, 0])
})

test('a document that came without an id gets one when asked, and keeps it', () => {
  const document = Document.view(encode(TYPE, { text: 'a' }))
  const { id } = document
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(document.id).toBe(id)
  expect(again(document).id).toBe(id)
})

test('text, blob and tensor exclude each other', () => {
  const document = new Document({ text: 'a' })
  document.blob = Uint8Array.of(1, 2)
  expect([document.text, document.tensor]).toEqual([undefined, undefined])
  document.tensor = [1, 2]
  expect([document.text, document.blob]).toEqual([undefined, undefined])
  expect(Object.keys(decode(TYPE, document.toBytes())).sort()).toEqual(['id', 'tensor'])
  expect(() => new Document({ text: 'a', blob: Uint8Array.of(1) })).toThrow('text or blob')
  document.text = undefined
  expect(Object.keys(decode(TYPE, document.toBytes()))).toEqual(['id'])
})

test('of several contents in the bytes the last counts, before and after a change elsewhere', () => {
  const tensor = encode(TYPE, { tensor: { dense: { buffer: Buffer.alloc(4), shape: [1], dtype: '<f4' } } })
  const bytes = Buffer.concat([encode(TYPE, { id: 'a', text: 'first' }), tensor])
  const document = Document.view(bytes)
  expect(document.text).toBeUndefined()
  expect(document.tensor?.shape).toEqual([1])
  const back = again(document)
  expect([back.text, back.tensor?.shape]).toEqual([undefined, [1]])
})

test('a field told twice: the last scalar, messages merged', () => {
  const entry = (key: string) => ({ tags: { fields: { [key]: { number_value: 1 } } } })
  const bytes = Buffer.concat([
    encode(TYPE, { id: 'a', weight: 1, ...entry('x') }),
    encode(TYPE, { id: 'b', weight: 2, ...entry('y') }),
  ])
  const document = Document.view(bytes)
  expect([document.id, document.weight, document.tags]).toEqual(['b', 2, { x: 1, y: 1 }])
})

test('an untouched document is written as it came, unknown fields too', () => {
  const bytes = Buffer.concat([encode(TYPE, { id: 'a', text: 't', uri: 'u' }), Buffer.from([0xa2, 0x06, 1, 9])])
  const document = Document.view(bytes)
  expect([document.text, document.uri, document.isUntouched]).toEqual(['t', 'u', true])
  expect(Buffer.from(document.toBytes())).toEqual(bytes)
  document.text = 'new'
  expect(document.isUntouched).toBe(false)
  const changed = Buffer.from(document.toBytes())
  expect(changed.subarray(-4)).toEqual(Buffer.from([0xa2, 0x06, 1, 9]))
  expect(decode(TYPE, changed)).toMatchObject({ id: 'a', text: 'new', uri: 'u' })
})

test('changes in place of what can be changed count', () => {
  const given = new Document({
    tags: { a: 1 },
    embedding: new Float32Array(2),
    location: [1],
    scores: { s: { value: 1 } },
    chunks: [{ tags: { deep: true } }],
  })
  const document = again(given)
  document.tags.b = [2]
  document.embedding!.data[1] = 5
  document.location.push(2)
  document.scores.s!.value = 3
  document.chunks[0].tags.deep = false
  document.matches.push('m')
  const back = again(document)
  expect(back.tags).toEqual({ a: 1, b: [2] })
  expect([...back.embedding!]).toEqual([0, 5])
  expect(back.location).toEqual([1, 2])
  expect(back.scores.s!.value).toBe(3)
  expect(back.chunks[0].tags).toEqual({ deep: false })
  expect(back.matches.texts).toEqual(['m'])
})

test('chunks and matches know their place', () => {
  const root = new Document({ id: 'root', granularity: 2, chunks: [{ id: 'c', chunks: ['cc'] }], matches: ['m'] })
  for (const document of [root, again(root)]) {
    const [chunk, match] = [document.chunks[0] as Document, document.matches[0] as Document]
    expect([chunk.granularity, chunk.parentId, chunk.adjacency]).toEqual([3, 'root', 0])
    expect([chunk.chunks[0].granularity, chunk.chunks[0].parentId]).toEqual([4, 'c'])
    expect([match.adjacency, match.parentId, match.granularity]).toEqual([1, undefined, 0])
  }
  root.id = 'other'
  const chunks = (decode(TYPE, root.toBytes()) as { chunks: { parent_id: string; granularity: number }[] }).chunks
  expect(chunks[0]).toMatchObject({ parent_id: 'other', granularity: 3 })
})

test('a document cannot contain itself', () => {
  const [a, b] = [new Document(), new Document()]
  expect(() => a.chunks.push(a)).toThrow(XserveError)
  a.chunks.push(b)
  expect(() => b.matches.push(a)).toThrow('its own matches')
  // Through a third document the circle is not seen when it is closed, only when it is written.
  new Document().chunks.push(b)
  b.chunks.push(a)
  expect(() => a.toBytes()).toThrow('nested deeper')
  expect(() => JSON.stringify(a)).toThrow('nested deeper')
  expect(new Document({ id: 'x' }).toBytes().length).toBe(3)
})

test.each([
  ['text', 5, 'text must be a string, not number'],
  ['blob', 'x', 'blob must be a Uint8Array, not string'],
  ['tags', [], 'tags must be an object, not Array'],
  ['weight', '1', 'weight must be a number, not string'],
  ['granularity', -1, 'granularity must be a whole number'],
  ['location', ['x'], 'location must be a list of numbers'],
  ['chunks', 5, 'chunks must be a DocumentArray'],
  ['tensor', 'x', 'string is no tensor'],
  ['txet', 'x', 'a Document has no field "txet"'],
])('%s: %p is refused', (name, value, message) => {
  expect(() => new Document({ [name]: value })).toThrow(message)
})

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((t) => t.isWellFormed())
const tree = fc.letrec<{ document: Record<string, unknown> }>((tie) => ({
  document: fc.record(
    {
      id: text,
      text,
      weight: fc.float({ noNaN: true, min: 1, max: 1000 }),
      uri: text,
      modality: text,
      mimeType: text,
      offset: fc.float({ noNaN: true, min: 1, max: 1000 }),
      location: fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 3 }),
      tags: fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        fc.oneof(fc.double({ noNaN: true }), text, fc.boolean()),
        { minKeys: 1, maxKeys: 3, noNullPrototype: true },
      ),
      scores: fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        fc.record({ value: fc.float({ noNaN: true, min: 1 }), opName: text }),
        { minKeys: 1, maxKeys: 2, noNullPrototype: true },
      ),
      chunks: fc.array(tie('document'), { maxLength: 2 }),
    },
    { requiredKeys: ['id'] },
  ),
})).document

test('protobufjs reads what we write, and we read what it writes', () => {
  fc.assert(
    fc.property(tree, text, (init, changed) => {
      const bytes = new Document(init).toBytes()
      const oracle = decode(TYPE, bytes)
      expect(oracle).toMatchObject({ id: init.id as string })
      const document = Document.view(encode(TYPE, oracle))
      expect(document.toJSON()).toEqual(new Document(init).toJSON())
      const touched = Document.view(bytes)
      touched.text = changed
      expect(decode(TYPE, touched.toBytes())).toEqual({ ...oracle, text: changed })
    }),
  )
})

test('changed or cut bytes are read or refused, never anything else', () => {
  const bytes = encodeDocuments(
    new DocumentArray([
      { text: 'hello', tags: { a: [1, { b: 2 }] }, chunks: [{ text: 'c', embedding: [1.5, 2] }], location: [1, 2] },
      { tensor: new Float32Array(4), scores: { x: { value: 1, opName: 'o' } }, matches: ['m'] },
      { blob: Uint8Array.of(1, 2), embedding: Tensor.from([[1], [2]]), uri: 'a.png' },
    ]),
  )
  const edit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.integer({ min: 0, max: bytes.length * 2 }), (edits, end) => {
      const changed = Uint8Array.from(bytes)
      for (const [at, value] of edits) changed[at] = value
      try {
        const documents = decodeDocuments(changed.subarray(0, end))
        JSON.stringify(documents)
        for (const document of documents) document.text = 'touched'
        encodeDocuments(documents)
      } catch (error) {
        if (!(error instanceof XserveError)) throw error
      }
    }),
    { numRuns: 3000 },
  )
})

test('deeply nested bytes are refused, not followed until the stack ends', () => {
  let bytes = Buffer.from(encode(TYPE, { id: 'a' }))
  for (let i = 0; i < 2000; i++) {
    const length: number[] = []
    for (let rest = bytes.length; ; rest >>= 7) {
      length.push(rest < 128 ? rest : (rest % 128) | 128)
      if (rest < 128) break
    }
    bytes = Buffer.concat([Buffer.from([0x72, ...length]), bytes])
  }
  expect(() => JSON.stringify(Document.view(bytes))).toThrow(XserveError)
})
