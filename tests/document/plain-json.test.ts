import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { documentFromJson } from '../../lib/document/json.ts'
import { encodePlainDocuments } from '../../lib/document/plain-json.ts'

const text = fc.option(fc.string({ unit: 'binary' }), { nil: null })
const named = fc.record({ id: fc.string({ unit: 'binary' }), text }, { requiredKeys: ['id'] })

describe('encodePlainDocuments()', () => {
  test('says the same bytes as documents do', () => {
    fc.assert(
      fc.property(fc.array(named), (list) => {
        const documents = new DocumentArray(list.map((value) => new Document(documentFromJson(value))))
        expect(Buffer.from(encodePlainDocuments(list)!)).toEqual(Buffer.from(encodeData(documents)))
      }),
    )
  })

  test('gives an id to those that have none, a text alone among them', () => {
    const documents = decodeData(encodePlainDocuments(['a', { text: 'b' }, { id: null, text: 'c' }, {}])!)
    expect(documents.map((document) => document.text ?? null)).toEqual(['a', 'b', 'c', null])
    expect(new Set(documents.map(({ id }) => id)).size).toBe(4)
    for (const { id } of documents) expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each([[[{ text: 'a', uri: 'b' }]], [[{ text: 5 }]], [[{ id: ['a'] }]], [['a', null]], [[['a']]], [[7]]])(
    'leaves %j to others',
    (list) => {
      expect(encodePlainDocuments(list)).toBeNull()
    },
  )
})
