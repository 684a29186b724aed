import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { ExtraFields } from '../../lib/document/extra-fields.ts'
import { dataToNodeJson } from '../../lib/document/v2/to-json.ts'

test('names of properties are properties, the rest is kept beside or found among the tags', () => {
  const document = new Document({ id: 'a', tags: { old: 1 } })
  const fields = new ExtraFields(document)
  fields.set('mime_type', 'text/plain')
  fields.set('bytes_', Uint8Array.of(1))
  fields.set('price', 2)
  fields.set('__proto__', 'no prototype')
  expect([document.mimeType, document.blob]).toEqual(['text/plain', Uint8Array.of(1)])
  expect([fields.get('price'), fields.get('old'), fields.get('toString')]).toEqual([2, 1, undefined])
  expect([fields.get('__proto__'), fields.has('price'), fields.has('none')]).toEqual(['no prototype', true, false])
  fields.set('old', undefined)
  fields.set('bytes_', null)
  expect([document.tags, document.blob, fields.get('old')]).toEqual([{}, undefined, undefined])
  expect(fields.names().sort()).toEqual(['__proto__', 'bytes_', 'id', 'mime_type', 'price'])
})

const second = (document: Document): Record<string, unknown> =>
  JSON.parse(JSON.stringify(dataToNodeJson(encodeData(new DocumentArray([document]), 'v2'))[0]))
const made = (fields: Record<string, unknown>): Document => new Document({ id: 'a', fields })

test.each([
  { tags: ['a', 'b'] },
  { location: 'Berlin', offset: 'here', weight: 'heavy', mime_type: 5, uri: 7 },
  { text: '', weight: 0, url: '', tags: {}, chunks: [], location: [], scores: {} },
  { text: null, embedding: null, uri: null },
  { scores: [0.5, 1.5], evaluations: 'none', chunks: ['one', 'two'], matches: 3 },
  { parent_id: 'p', granularity: -5, adjacency: 0 },
  { url: 'a', uri: 'b' },
  { uri: 'b', url: 'a' },
])('what a new document was said to have by name is what it has in the second dialect: %j', (fields) => {
  const document = made(fields)
  expect(second(document)).toEqual({ id: 'a', ...fields })
  expect({ ...document.fields }).toMatchObject(fields)
  expect(Object.keys(document.fields).sort()).toEqual(['id', ...Object.keys(fields)].sort())
})

test('text, blob and tensor stand side by side in the second dialect; the first has the one that was set first, the rest among its tags', () => {
  const document = made({ text: 'a', bytes_: Uint8Array.of(1), tensor: new Float32Array([2]) })
  expect(second(document)).toEqual({ id: 'a', text: 'a', bytes_: 'AQ==', tensor: [2] })
  expect([document.text, document.fields.bytes_]).toEqual(['a', Uint8Array.of(1)])
  expect(document.toJSON()).toEqual({ id: 'a', text: 'a', tags: { bytes_: 'AQ==', tensor: [2] } })
})

test('in the first dialect empty fields are none, and those of another kind stand among the tags', () => {
  const bytes = encodeData(
    new DocumentArray([made({ text: '', weight: 0, granularity: 2, location: 'Berlin', price: 0 })]),
  )
  expect(decodeData(bytes).toJSON()).toEqual([{ id: 'a', granularity: 2, tags: { location: 'Berlin', price: 0 } }])
})

test('what is set later counts, under its name or as a property', () => {
  const document = made({ text: '', tags: ['a'], bytes_: new Uint8Array(0), weight: 1 })
  document.text = 'x'
  document.tags = { b: 1 }
  document.fields.weight = 0
  expect(second(document)).toMatchObject({ text: 'x', tags: { b: 1 }, weight: 0 })
  document.fields.tags = 'c'
  document.fields.weight = 2
  expect(second(document)).toMatchObject({ tags: 'c', weight: 2 })
  expect(document.weight).toBe(2)
})

test('a document that came in the first dialect has the fields of the first', () => {
  const [document] = [...decodeData(encodeData(new DocumentArray([new Document({ id: 'a', text: 'x' })])))]
  document!.fields.blob = Uint8Array.of(1)
  expect(document!.text).toBeUndefined()
  expect(() => (document!.fields.tags = ['a'])).toThrow('tags must be an object')
})
