import { expect, test } from 'bun:test'
import {
  decodeData,
  decodeDocuments,
  encodeData,
  encodeDocuments,
  isUntouched,
} from '../../lib/document/data-content.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import type { XserveError } from '../../lib/errors.ts'
import { encode } from '../wire/oracle.ts'

const TYPE = 'jina.DataRequestProto.DataContentProto'
const docs = [{ id: 'a', text: 'x' }, { id: 'b' }]
const packed = (bytes: Uint8Array | number[]) => encode(TYPE, { docs_bytes: Buffer.from(bytes) })

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as XserveError).code
  }
  return 'none'
}

test('the documents of the field docs', () => {
  const bytes = encode(TYPE, { docs: { docs } })
  const documents = decodeData(bytes)
  expect(documents.toJSON()).toEqual(docs)
  expect(Buffer.from(encodeData(documents))).toEqual(Buffer.from(bytes))
  documents[0].text = 'y'
  expect(Buffer.from(encodeData(documents))).toEqual(
    Buffer.from(encode(TYPE, { docs: { docs: [{ id: 'a', text: 'y' }, docs[1]] } })),
  )
})

test('no documents are written as an empty field, and no bytes are no documents', () => {
  expect([...encodeData(new DocumentArray())]).toEqual([0x0a, 0])
  expect(decodeData(new Uint8Array(0)).length).toBe(0)
  expect(decodeData(Uint8Array.of(0x0a, 0)).length).toBe(0)
})

test('untouched documents are told by the bytes they came in', () => {
  const bytes = encode(TYPE, { docs: { docs } })
  const documents = decodeData(bytes)
  expect(documents.texts).toEqual(['x', ''])
  expect(isUntouched(documents, bytes)).toBe(true)
  expect(isUntouched(documents, Uint8Array.from(bytes))).toBe(false)
  documents[1].tags.seen = true
  expect(isUntouched(documents, bytes)).toBe(false)
})

test('docs_bytes: an array of protobuf', () => {
  const bytes = packed(encode('docarray.DocumentArrayProto', { docs }))
  const documents = decodeData(bytes)
  expect(documents.toJSON()).toEqual(docs)
  // They are answered in the field docs.
  expect(isUntouched(documents, bytes)).toBe(false)
  expect(decodeData(encodeData(documents)).toJSON()).toEqual(docs)
})

test('docs_bytes: the stream form', () => {
  const parts = docs.map((document) => Buffer.from(encode('docarray.DocumentProto', document)))
  const head = Buffer.alloc(9)
  head[0] = 1
  head.writeBigUInt64BE(BigInt(parts.length), 1)
  const stream = Buffer.concat([head, ...parts.flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part])])
  expect(decodeData(packed(stream)).toJSON()).toEqual(docs)
  for (const end of [5, 10, 14, stream.length - 1]) {
    expect(refusal(() => decodeData(packed(stream.subarray(0, end))))).toBe('BAD_REQUEST')
  }
  head.writeBigUInt64BE(2n ** 64n - 1n, 1)
  expect(refusal(() => decodeData(packed(head)))).toBe('BAD_REQUEST')
})

test.each([2, 3, 4, 5])('docs_bytes: a pickle of protocol %d is refused', (protocol) => {
  expect(refusal(() => decodeData(packed([0x80, protocol, 0x95, 1, 2])))).toBe('PICKLE_REFUSED')
})

test('bytes that are no documents are refused', () => {
  for (const bytes of [[0x0a, 5, 1], [0x0a, 2, 0x08, 1], [0x0a, 3, 0x0a, 9, 1], [0x0a], [0x0a, 0x80]]) {
    expect(refusal(() => decodeData(Uint8Array.from(bytes)))).toBe('BAD_REQUEST')
  }
})

test('an array alone', () => {
  const bytes = encode('docarray.DocumentArrayProto', { docs })
  expect(Buffer.from(encodeDocuments(decodeDocuments(bytes)))).toEqual(Buffer.from(bytes))
})
