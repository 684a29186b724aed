import { expect, test } from 'bun:test'
import { decodeDocuments, encodeDocuments } from '../../../lib/document/data-content.ts'
import { reduceDocuments } from '../../../lib/document/reduce.ts'
import { SECOND } from '../../../lib/document/v2/dialect.ts'
import { joinNodes } from '../../../lib/document/v2/join.ts'
import { encodeWith } from '../../../lib/protobuf/reverse-writer.ts'
import { decodeList, encodeList, type NodeObject } from './oracle.ts'

type Fields = Record<string, NodeObject>
const joined = (left: Fields[], right: Fields[]): Fields[] =>
  decodeList(encodeDocuments(reduceDocuments([left, right].map((docs) => decodeDocuments(encodeList(docs))))))
const id = (text: string): NodeObject => ({ text, type: 'id' })

test('the right one wins where it says something, unknown ids are put at the end', () => {
  const [first, second] = joined(
    [{ id: id('a'), text: { text: 'left' }, url: { text: 'u', type: 'text_url' }, only: { integer: 1 } }],
    [
      { id: id('a'), text: { text: 'right' }, url: {}, more: { float: 2 } },
      { id: id('b'), text: { text: 'b' } },
    ],
  )
  expect(first).toEqual({
    id: id('a'),
    text: { text: 'right' },
    url: { text: 'u', type: 'text_url' },
    only: { integer: 1 },
    more: { float: 2 },
  })
  expect(second).toEqual({ id: id('b'), text: { text: 'b' } })
})

test('lists are put one behind the other, dicts, documents and arrays of them joined', () => {
  const list = (...values: number[]): NodeObject => ({ list: { data: values.map((float) => ({ float })) } })
  const doc = (name: string, fields: Fields) => ({ data: { id: id(name), ...fields } })
  const [both] = joined(
    [
      {
        id: id('a'),
        list: list(1),
        dict: { dict: { data: { a: { integer: 1 }, b: { integer: 1 } } } },
        part: { doc: doc('p', { a: { integer: 1 } }) },
        parts: { doc_array: { docs: [doc('x', { n: { integer: 1 } })] } },
        kind: { text: 'x' },
      },
    ],
    [
      {
        id: id('a'),
        list: list(2),
        dict: { dict: { data: { b: { integer: 2 } } } },
        part: { doc: doc('q', { b: { integer: 2 } }) },
        parts: { doc_array: { docs: [doc('x', { m: { integer: 2 } }), doc('y', {})] } },
        kind: { integer: 1 },
      },
    ],
  )
  expect(both).toEqual({
    id: id('a'),
    list: list(1, 2),
    dict: { dict: { data: { a: { integer: 1 }, b: { integer: 2 } } } },
    part: { doc: doc('p', { a: { integer: 1 }, b: { integer: 2 } }) },
    parts: { doc_array: { docs: [doc('x', { n: { integer: 1 }, m: { integer: 2 } }), doc('y', {})] } },
    kind: { integer: 1 },
  })
})

test('a branch of the first dialect is joined with one of the second as the first does', () => {
  const first = decodeDocuments(
    encodeDocuments(decodeDocuments(encodeList([{ id: id('a'), text: { text: 'left' } }])), 'v1'),
  )
  const second = decodeDocuments(encodeList([{ id: id('a'), text: { text: 'right' }, weight: { float: 2 } }]))
  const both = reduceDocuments([first, second])
  expect([both.dialect, both.toJSON()]).toEqual(['v1', [{ id: 'a', text: 'left', weight: 2 }]])
  expect(decodeDocuments(encodeDocuments(both)).dialect).toBe('v1')
})

test('what is nested too deep is refused', () => {
  let bytes: Uint8Array = new Uint8Array(0)
  for (let i = 0; i < 2000; i++) {
    const inner = bytes
    bytes = encodeWith((writer) => {
      writer.raw(inner)
      writer.close(7, 0)
      writer.close(2, 0)
      writer.textField(1, 'chunks')
      writer.close(1, 0)
    })
  }
  expect(() => joinNodes(bytes, bytes)).toThrow('nested deeper')
  expect(() => SECOND.view(bytes, 0, bytes.length, null).toJSON()).toThrow('nested deeper')
})
