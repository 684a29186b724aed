import { expect, test } from 'bun:test'
// Documents have no chunks without it; programs always load it.
import '../../lib/document/document-array.ts'
import { Document } from '../../lib/document/document.ts'
import { ExtraFields } from '../../lib/document/extra-fields.ts'

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
  expect(fields.names().sort()).toEqual(['__proto__', 'id', 'mime_type', 'price'])
})
