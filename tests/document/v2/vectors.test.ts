/** Golden documents of docarray's second dialect: told apart, decoded to what was recorded, written again as they were. */
import { describe, expect, test } from 'bun:test'
import path from 'node:path'
import { decodeData, decodeDocuments, encodeData, encodeDocuments } from '../../../lib/document/data-content.ts'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { Tensor } from '../../../lib/document/tensor.ts'
import { encodeWith } from '../../../lib/protobuf/reverse-writer.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'

interface Tree {
  kind: string | null
  type?: string
  value?: unknown
  base64?: string
}
interface Vector {
  name: string
  class: string
  bytes: string
  nodes: Record<string, Tree>
}

const folder = path.join(import.meta.dir, '../../fixtures/vectors/v2')
const read = async (name: string) =>
  (await Bun.file(path.join(folder, `${name}.json`)).json()) as Record<string, unknown>
const documents = (await read('documents')).documents as Vector[]
const arrays = (await read('arrays')) as Record<string, { bytes: string; docs: Record<string, Tree>[] }>
const requests = (await read('requests')) as Record<string, { request: string; response: string }>
const bytesOf = (text: string): Uint8Array => Uint8Array.fromBase64(text)
const listOf = (...items: Uint8Array[]): Uint8Array =>
  encodeWith((writer) => {
    for (const item of items.toReversed()) writer.bytesField(1, item)
  })

/** What `doc.fields` shows for a recorded node, in the form of `shown`. */
function expected({ kind, value, base64 }: Tree): unknown {
  switch (kind) {
    case null:
      return null
    case 'blob':
      return { blob: base64 }
    case 'ndarray': {
      const { dtype, shape, buffer } = value as { dtype: string; shape: number[]; buffer: string }
      const size = Number(dtype.slice(2))
      const elements = Buffer.from(buffer, 'base64')
      if (dtype[0] === '>')
        for (let at = 0; at < elements.length; at += size) elements.subarray(at, at + size).reverse()
      return { dtype: dtype.replace('>', '<'), shape, buffer: elements.toString('base64') }
    }
    case 'doc':
    case 'dict':
      return Object.fromEntries(
        Object.entries(value as Record<string, Tree>).map(([key, item]) => [key, expected(item)]),
      )
    case 'doc_array':
      return (value as Record<string, Tree>[]).map((item) => expected({ kind: 'doc', value: item }))
    case 'list':
    case 'tuple':
    case 'set':
      return (value as Tree[]).map(expected)
    default:
      return value
  }
}

function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return { blob: Buffer.from(value).toString('base64') }
  if (value instanceof Tensor) {
    const { buffer, byteOffset, byteLength } = value.data
    const elements = Buffer.from(buffer, byteOffset, byteLength)
    return { dtype: value.dtype, shape: [...value.shape], buffer: elements.toString('base64') }
  }
  if (value instanceof Document) return shown({ ...value.fields })
  if (value instanceof DocumentArray) return value.map(shown)
  if (value instanceof Set || Array.isArray(value)) return [...value].map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]))
}

describe.each(documents)('$name', ({ name, bytes, nodes }) => {
  const list = listOf(bytesOf(bytes))
  const isComplex = name.endsWith('<c16')

  test('is told apart, passes untouched byte for byte', () => {
    const docs = decodeDocuments(list)
    expect(docs.dialect).toBe('v2')
    expect(Buffer.from(encodeDocuments(docs)).equals(list)).toBe(true)
    expect(docs[0].id).toBe('0123456789abcdef0123456789abcdef')
    expect(docs.isUntouched).toBe(true)
  })

  test('has the recorded fields', () => {
    const { fields } = decodeDocuments(list)[0]
    expect(Object.keys(fields).sort()).toEqual(Object.keys(nodes))
    for (const key of Object.keys(nodes)) {
      if (isComplex && key === 'vector') expect(() => fields[key]).toThrow('none of bool, int, uint and float')
      else expect(shown(fields[key])).toEqual(expected(nodes[key]!))
    }
  })

  test('is written as it was once all was read', () => {
    const docs = decodeDocuments(list)
    for (const key of Object.keys(nodes)) if (!isComplex || key !== 'vector') docs[0].fields[key]
    const again = encodeDocuments(docs)
    // Arrays that come most significant byte first are the one thing that is written in another form.
    if (!name.startsWith('tensor >'))
      expect(Buffer.from(again).toString('base64')).toBe(Buffer.from(list).toString('base64'))
    if (isComplex) return
    expect(shown(decodeDocuments(again)[0].fields.vector ?? null)).toEqual(expected(nodes.vector ?? { kind: null }))
  })
})

test('lists, to_bytes of both kinds, and requests', () => {
  const rows = arrays.DocList!
  const docs = decodeDocuments(bytesOf(rows.bytes))
  expect(docs.map((doc) => shown(doc))).toEqual(rows.docs.map((doc) => expected({ kind: 'doc', value: doc })))
  for (const packed of Object.values(arrays['to_bytes of a DocList'] as unknown as Record<string, string>)) {
    const data = encodeWith((writer) => writer.bytesField(2, bytesOf(packed)))
    const read = decodeData(data)
    expect([read.dialect, read.texts, read[1].fields.part.fields.label]).toEqual(['v2', ['0', '1'], 'l'])
    expect(decodeData(encodeData(read)).toJSON()).toEqual(docs.toJSON())
  }
  for (const [name, { request, response }] of Object.entries(requests)) {
    if (name === 'gateway, dry run') continue
    for (const bytes of [request, response]) {
      const { data } = Envelope.parse(bytesOf(bytes))
      const read = decodeData(data)
      expect(read.dialect).toBe('v2')
      expect(read.map(({ id }) => id)).toEqual(['a', 'b'])
      expect(Buffer.from(encodeData(read)).equals(data)).toBe(true)
    }
  }
})
