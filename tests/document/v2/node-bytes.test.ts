/** Documents of the second dialect as bytes: any node, bytes that are changed or cut, and what a later version adds. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeDocuments, encodeDocuments } from '../../../lib/document/data-content.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { SECOND } from '../../../lib/document/v2/dialect.ts'
import { XserveError } from '../../../lib/errors.ts'
import { documentOf, id, nodesOf, tensorNode } from './node-documents.ts'
import { encodeList, type NodeObject } from './oracle.ts'

/** Any node, and what `doc.fields` shows for it. */
const leaf = fc.oneof(
  fc.constant([{}, null] as const),
  fc.string({ unit: 'grapheme' }).map((text) => [{ text }, text] as const),
  fc.integer().map((integer) => [{ integer }, integer] as const),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => [{ float }, float] as const),
  fc.boolean().map((boolean) => [{ boolean }, boolean] as const),
)
const { node } = fc.letrec<{ node: readonly [NodeObject, unknown] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .array(tie('node'), { maxLength: 4 })
      .map((items) => [{ list: { data: items.map(([n]) => n) } }, items.map(([, v]) => v)] as const),
    fc
      .dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        tie('node'),
        { maxKeys: 4 },
      )
      .map(
        (members) =>
          [
            { dict: { data: Object.fromEntries(Object.entries(members).map(([key, [n]]) => [key, n])) } },
            Object.fromEntries(Object.entries(members).map(([key, [, v]]) => [key, v])),
          ] as const,
      ),
  ),
}))

test('protobufjs reads what we write, and we read what it writes', () => {
  const name = fc
    .string({ minLength: 1, unit: 'grapheme' })
    .filter((key) => !['__proto__', 'id', 'added'].includes(key))
  fc.assert(
    fc.property(fc.dictionary(name, node, { maxKeys: 6 }), node, (members, [, added]) => {
      const nodes = Object.fromEntries(Object.entries(members).map(([key, [n]]) => [key, n]))
      const document = documentOf(nodes)
      for (const [key, [, value]] of Object.entries(members)) expect(document.fields[key]).toEqual(value)
      expect(nodesOf(document)).toEqual(nodes)
      document.fields.added = added
      const back = decodeDocuments(encodeDocuments(new DocumentArray([document]), 'v2'))[0]
      expect(back.fields.added).toEqual(added)
    }),
  )
})

test('changed or cut bytes are read or refused, never anything else', () => {
  const part = {
    doc: {
      data: { id, tags: { dict: { data: { a: { list: { data: [{ integer: -1 }, { set: { data: [] } }] } } } } } },
    },
  }
  const bytes = encodeList([
    {
      id,
      text: { text: 'hello' },
      part,
      embedding: tensorNode('ndarray_embedding'),
      chunks: { doc_array: { docs: [part.doc] } },
    },
    {
      id,
      blob: { blob: 'AAEC' },
      scores: { dict: { data: { x: { float: 1 } } } },
      pair: { tuple: { data: [{ boolean: true }] } },
    },
  ])
  const edit = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.integer({ min: 0, max: bytes.length * 2 }), (edits, end) => {
      const changed = bytes.slice(0, end)
      for (const [at, value] of edits) if (at < changed.length) changed[at] = value
      try {
        const docs = decodeDocuments(changed, 'v2')
        docs.toJSON()
        for (const doc of docs) {
          void [doc.text, doc.blob, doc.tensor, doc.embedding, doc.scores, doc.location, doc.chunks.length, doc.weight]
          doc.text = 'x'
          for (const key of Object.keys(doc.fields)) doc.fields[key]
        }
        encodeDocuments(docs)
        encodeDocuments(docs, 'v1')
      } catch (error) {
        if (!(error instanceof XserveError)) throw error
        expect(['BAD_REQUEST', 'BAD_TENSOR', 'BAD_DOCUMENT']).toContain(error.code)
      }
    }),
    { numRuns: 2000 },
  )
})

test('what a later version may add to a document is kept', () => {
  const [, length = 0, ...bytes] = encodeList([{ id, text: { text: 'a' } }])
  expect(bytes.length).toBe(length)
  const later = Uint8Array.of(...bytes, 0x12, 0x01, 0x58)
  const document = SECOND.view(later, 0, later.length, null)
  document.text = 'b'
  document.fields.more = true
  const written = document.toBytes()
  expect(Buffer.from(written).includes(Uint8Array.of(0x12, 0x01, 0x58))).toBe(true)
  expect(SECOND.view(written, 0, written.length, null).toJSON()).toEqual({ id: 'i', text: 'b', more: true })
})
