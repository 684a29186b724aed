/** Documents with every key: against the short form, which has the same values without the empty ones. */
import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray, type DocumentInput } from '../../lib/document/document-array.ts'
import type { DocumentInit } from '../../lib/document/document-init.ts'
import { writeFullJson } from '../../lib/document/json-full.ts'
import { JsonText } from '../../lib/document/json-text.ts'
import { Tensor } from '../../lib/document/tensor.ts'
import { XserveError } from '../../lib/errors.ts'

const KEYS =
  'id parent_id granularity adjacency blob tensor mime_type text weight uri tags offset location embedding modality evaluations scores chunks matches'.split(
    ' ',
  )

type Full = Record<string, unknown>
function dataToFullJson(data: Uint8Array): string {
  const out = new JsonText().begin()
  writeFullJson(out, data)
  return out.text()
}
const full = (...documents: DocumentInput[]): Full[] =>
  JSON.parse(dataToFullJson(encodeData(new DocumentArray(documents)))) as Full[]

/** Without what is null, at every level. */
function short(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(short)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, key === 'tags' ? item : short(item)]),
  )
}

test('all keys are there, null where empty', () => {
  const [document] = full({ id: 'a', text: '' })
  expect(Object.keys(document!)).toEqual(KEYS)
  expect(short(document)).toEqual({ id: 'a' })
  expect(dataToFullJson(new Uint8Array(0))).toBe('[]')
  expect(full()).toEqual([])
})

test('a document that came without an id gets one', () => {
  // DataContentProto { docs { docs { text: "x" } } }
  const [document] = JSON.parse(dataToFullJson(new Uint8Array([0x0a, 5, 0x0a, 3, 0x22, 1, 0x78]))) as Full[]
  expect(document!.id).toMatch(/^[0-9a-f]{32}$/)
  expect(document!.text).toBe('x')
})

const init = fc.record(
  {
    id: fc.string({ minLength: 1 }),
    text: fc.string({ unit: 'grapheme' }),
    uri: fc.string(),
    modality: fc.string(),
    weight: fc.float({ noNaN: true, noDefaultInfinity: true }),
    location: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3 }),
    tags: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>,
    scores: fc.dictionary(fc.string(), fc.record({ value: fc.integer({ min: 1, max: 1000 }), opName: fc.string() })),
    embedding: fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['id'] },
)

test('the values are those of the short form', () => {
  fc.assert(
    fc.property(init, fc.array(init, { maxLength: 3 }), fc.array(init, { maxLength: 2 }), (own, chunks, matches) => {
      const document = new Document({ ...own, chunks, matches } as DocumentInit)
      const [got] = full(document)
      const expected = JSON.parse(JSON.stringify(Document.view(document.toBytes()).toJSON())) as Full
      expect(unscored(short(got))).toEqual(unscored(expected))
    }),
  )
})

/** The short form has empty texts in scores. */
function unscored(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) =>
      /^(?:op_name|description|ref_id)$/.test(key) ? item || undefined : item,
    ),
  )
}

describe('arrays', () => {
  test.each([
    ['rows', new Tensor(new Uint8Array([1, 2, 3, 4, 5, 6]), [2, 3]), '[[1,2,3],[4,5,6]]'],
    ['booleans', new Tensor(new Uint8Array([1, 0]), [2], '|b1'), '[true,false]'],
    ['no axis', new Tensor(new Float64Array([7.5]), []), '7.5'],
    ['what JSON has no number for', new Float32Array([Number.NaN, 1, Number.NEGATIVE_INFINITY]), '[null,1.0,null]'],
    ['large integers', new BigInt64Array([9223372036854775807n]), '[9223372036854775807]'],
    ['no rows', new Tensor(new Float32Array(0), [0, 3]), '[]'],
    ['empty rows', new Tensor(new Float32Array(0), [2, 0]), '[[],[]]'],
    ['whole floats', new Tensor(new Float64Array([1, -20, 0.25, 1e21]), [2, 2]), '[[1.0,-20.0],[0.25,1e+21]]'],
    ['integers', new Int32Array([1, -20]), '[1,-20]'],
    ['halves', new Float16Array([0.5, -2]), '[0.5,-2.0]'],
  ])('%s', (_, tensor, text) => {
    const json = dataToFullJson(encodeData(new DocumentArray([{ id: 'a', tensor }])))
    expect(json).toContain(`"tensor":${text},"mime_type"`)
  })
})

test('the last content counts; the numbers of place are those of the place', () => {
  const chunk = new Document({ id: 'c', blob: new Uint8Array([1]) })
  const [document] = full({ id: 'a', granularity: 1, adjacency: 2, chunks: [chunk], matches: [{ id: 'm' }] })
  expect(short(document)).toEqual({
    id: 'a',
    granularity: 1,
    adjacency: 2,
    chunks: [{ id: 'c', parent_id: 'a', granularity: 2, blob: 'AQ==' }],
    matches: [{ id: 'm', adjacency: 3 }],
  })
  // text, then blob
  const both = new Uint8Array([0x0a, 8, 0x0a, 6, 0x22, 1, 0x78, 0x12, 1, 0xff])
  expect(short(JSON.parse(dataToFullJson(both))[0])).toMatchObject({ blob: '/w==' })
})

test('chunks without an end, and bytes that are no documents, are refused', () => {
  let nested: Uint8Array = new Uint8Array(0)
  for (let i = 0; i < 120; i++) {
    const head = Buffer.from([0x72, (nested.length & 127) | 128, nested.length >> 7])
    nested = Buffer.concat([head, nested])
  }
  const wrap = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from([0x0a, (bytes.length & 127) | 128, bytes.length >> 7]), bytes])
  expect(() => dataToFullJson(wrap(wrap(nested)))).toThrow(XserveError)
  expect(() => dataToFullJson(new Uint8Array([0x0a, 9]))).toThrow(XserveError)
})
