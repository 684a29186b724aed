import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import type { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { answerDocument, readAnswer, readRequestDocument, requestDocument } from '../../lib/wire/fetch-message.ts'

const sent = (document: Document) => decodeData(encodeData(new DocumentArray([document]), 'v1'), 'v1')[0]!

test('a request comes out as it went in, repeated headers and bytes included', () => {
  const request = {
    method: 'PUT',
    url: 'http://a/b%20c?d=e',
    headers: [
      ['x', '1'],
      ['x', 'ü'],
    ] as const,
    body: Uint8Array.of(0, 255),
  }
  expect(readRequestDocument(sent(requestDocument(request)))).toEqual(request as never)
  const empty = { ...request, body: new Uint8Array(0) }
  expect(readRequestDocument(sent(requestDocument(empty)))).toEqual(empty as never)
})

test('an answer is a head and pieces', () => {
  const first = sent(answerDocument({ status: 201, headers: [['a', 'b']] }, Uint8Array.of(1)))
  expect(readAnswer(first)).toEqual({ status: 201, headers: [['a', 'b']] })
  expect(first.blob).toEqual(Uint8Array.of(1))
  expect(sent(answerDocument({ status: 204, headers: [] }, null)).blob).toBeUndefined()
  expect(sent(answerDocument(null, Uint8Array.of(2))).blob).toEqual(Uint8Array.of(2))
})
