import { expect, test } from 'bun:test'
import { guessMimeType } from '../../lib/document/mime.ts'

test.each([
  ['http://example.org/a.png', 'image/png'],
  ['A.JPG', 'image/jpeg'],
  ['a.tar.gz', 'application/gzip'],
  ['http://example.org/a.txt?x=1.png', 'text/plain'],
  ['data:image/png;base64,AA==', 'image/png'],
  ['data:,plain', 'text/plain'],
  ['data.unknownsuffix', ''],
  ['http://example.org/', ''],
  ['a.constructor', ''],
  ['', ''],
])('%s is %p', (uri, type) => {
  expect(guessMimeType(uri)).toBe(type)
})
