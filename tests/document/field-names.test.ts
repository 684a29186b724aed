import { expect, test } from 'bun:test'
import { FIELDS, fieldNamed, propertyNamed, propertyOf } from '../../lib/document/field-names.ts'
import { FIELD } from '../../lib/document/fields.ts'

test('every field of the message has a name in JSON', () => {
  expect(FIELDS.map(([, property]) => property as string).sort()).toEqual(Object.keys(FIELD).sort())
})

test('names are found in either spelling, and those of the second dialect where they are asked for', () => {
  expect([propertyOf('mime_type'), propertyOf('mimeType'), propertyOf('url')]).toEqual([
    'mimeType',
    'mimeType',
    undefined,
  ])
  expect([propertyNamed('url'), propertyNamed('bytes_'), propertyNamed('toString')]).toEqual(['uri', 'blob', undefined])
  expect(fieldNamed('parent_id')).toEqual(['parent_id', 'parentId', 'text'])
})
