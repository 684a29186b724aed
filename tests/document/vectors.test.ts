/** Golden documents, recorded from Jina: decoded to what Python reads out of them, written again as they were. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { decodeDocuments, encodeDocuments } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { reduceDocuments } from '../../lib/document/reduce.ts'
import type { Scores } from '../../lib/document/scores.ts'
import type { NestedValues, Tensor } from '../../lib/document/tensor.ts'
import { XserveError } from '../../lib/errors.ts'
import { ReverseWriter } from '../../lib/protobuf/reverse-writer.ts'

interface Case {
  name: string
  proto: string
  expected: Record<string, unknown>
  branches: string[]
  reduced: string
}
async function cases(name: string): Promise<Case[]> {
  const file = Bun.file(path.join(import.meta.dir, `../fixtures/vectors/v1/${name}.json`))
  return ((await file.json()) as { cases: Case[] }).cases
}
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

function write(document: Document): Uint8Array {
  const writer = new ReverseWriter()
  document.writeTo(writer)
  return writer.finish()
}

/** As JSON says it: what it cannot say is text. */
function number(value: number | bigint | boolean): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value === 'boolean') return value
  if (Number.isNaN(value)) return 'nan'
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf'
}
const flat = (values: NestedValues): unknown[] => (Array.isArray(values) ? values.flatMap(flat) : [number(values)])
const array = (tensor: Tensor) => ({ dtype: tensor.dtype, shape: [...tensor.shape], values: flat(tensor.toArray()) })

/** Everything that is set, in the form of the vectors (class names left out). */
function read(document: Document): Record<string, unknown> {
  const scores = (given: Scores) =>
    Object.fromEntries(
      Object.entries(given).map(([key, s]) => [
        key,
        { value: number(s.value), op_name: s.opName ?? '', description: s.description ?? '', ref_id: s.refId ?? '' },
      ]),
    )
  const all: Record<string, unknown> = {
    ...document.toJSON(),
    blob: document.blob && { base64: Buffer.from(document.blob).toString('base64') },
    tensor: document.tensor && array(document.tensor),
    embedding: document.embedding && array(document.embedding),
    chunks: document.chunks.length > 0 ? document.chunks.map(read) : undefined,
    matches: document.matches.length > 0 ? document.matches.map(read) : undefined,
    scores: Object.keys(document.scores).length > 0 ? scores(document.scores) : undefined,
    evaluations: Object.keys(document.evaluations).length > 0 ? scores(document.evaluations) : undefined,
    weight: document.weight === undefined ? undefined : number(document.weight),
    location: document.location.length > 0 ? document.location.map(number) : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/**
 * Less what Python alone says: the class name of an array; the type of an empty one, which it reads as float64 whatever
 * it was (Jina facts §1.8).
 */
function withoutClass(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutClass)
  if (typeof value !== 'object' || value === null) return value
  const empty =
    Array.isArray((value as { values?: unknown }).values) && (value as { values: unknown[] }).values.length === 0
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'cls_name' && !(empty && key === 'dtype'))
      .map(([key, item]) => [key, withoutClass(item)]),
  )
}

/** What a typed array cannot hold. */
const refuses = /complex|sparse|object|text array|datetime/i
/** Read and written in this machine's order of bytes. */
const swapped = (title: string, value: unknown) =>
  title === 'big endian' ? JSON.parse(JSON.stringify(value).replaceAll('">', '"<')) : value

for (const name of ['documents', 'tensors']) {
  for (const { name: title, proto, expected } of await cases(name)) {
    test(`${name}: ${title}`, () => {
      const bytes = bytesOf(proto)
      const untouched = Document.view(bytes)
      expect(Buffer.from(write(untouched))).toEqual(Buffer.from(bytes))
      const document = Document.view(bytes)
      if (refuses.test(title)) {
        expect(() => read(document)).toThrow(XserveError)
        expect(Buffer.from(write(Document.view(bytes)))).toEqual(Buffer.from(bytes))
        return
      }
      const wanted = swapped(title, withoutClass(expected))
      expect(withoutClass(read(document))).toEqual(wanted)
      // Reading has made every changeable field one to be written anew.
      expect(withoutClass(read(Document.view(write(document))))).toEqual(wanted)
      // Nested levels were recorded as sent, one less deep than reading numbers them.
      const same = title !== 'big endian' && title !== 'chunks and matches'
      if (same) expect(Buffer.from(write(document))).toEqual(Buffer.from(bytes))
    })
  }
}

for (const { name, branches, reduced: wanted, expected } of await cases('reduce')) {
  test(`reduce: ${name}`, () => {
    const reduced = reduceDocuments(branches.map((branch) => decodeDocuments(bytesOf(branch))))
    const again = decodeDocuments(encodeDocuments(reduced))
    expect(again).toBeInstanceOf(DocumentArray)
    expect(withoutClass(again.map(read))).toEqual(withoutClass(expected))
    expect(Buffer.from(encodeDocuments(reduced))).toEqual(Buffer.from(bytesOf(wanted)))
  })
}
