/** Documents of both dialects against JSON schema: what is filled in, converted, refused, and what stays untouched. */

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { pathText } from '../../../lib/config/given.ts'
import { Document } from '../../../lib/document/document.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { Tensor } from '../../../lib/document/tensor.ts'
import { SECOND } from '../../../lib/document/v2/dialect.ts'
import { documentOfFields } from '../../../lib/document/v2/from-fields.ts'
import { KIND } from '../../../lib/document/v2/node.ts'
import { createDocumentCheck } from '../../../lib/executor/typed/document-check.ts'
import { sentence } from '../../../lib/executor/typed/problem.ts'
import { encodeWith } from '../../../lib/protobuf/reverse-writer.ts'

const Part = { type: 'object', required: ['label'], properties: { label: { type: 'string' }, n: { type: 'integer' } } }
const Thing = {
  type: 'object',
  required: ['title'],
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    count: { type: 'integer', default: 3 },
    ratio: { type: 'number' },
    labels: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'number' } },
    table: { type: 'object' },
    vector: { type: ['array', 'null'], items: { type: 'number' }, 'tensor/array shape': 'any' },
    file: { type: 'string', format: 'binary' },
    part: { $ref: '#/$defs/Part' },
    parts: { type: 'array', items: { $ref: '#/$defs/Part' } },
  },
  $defs: { Part },
}
const check = createDocumentCheck(Thing, 'XInput')
const said = (document: Document): string | null => {
  const problem = check(document)
  return problem && `${pathText(problem.path)}: ${sentence(problem)}`
}
/** As it is on the wire. */
const written = (document: Document): Document => {
  const bytes = encodeWith((writer) => SECOND.write(writer, document, null))
  return SECOND.view(bytes, 0, bytes.length, null)
}
const kindOf = (document: Document, name: string) => written(document).openAccess().came(name)

describe('a document that fits', () => {
  test('has null where it has nothing and may have null, as in Python; one of the first dialect knows no null', () => {
    const document = documentOfFields({ title: 'a' })
    expect(said(document)).toBeNull()
    expect(document.fields.vector).toBeNull()
    expect([kindOf(document, 'vector'), kindOf(document, 'ratio')]).toEqual([KIND.null, undefined])
    const first = new Document({ fields: { title: 'a' } })
    expect(said(first)).toBeNull()
    expect(first.extras).toEqual({ title: 'a', count: 3 })
  })

  test('stays as it came: looking is no change, tensors are not read', () => {
    const document = documentOfFields({
      title: 'a',
      count: 1,
      ratio: 1.5,
      labels: ['x'],
      table: { a: 1 },
      vector: new Float32Array([1, 2]),
      file: new Uint8Array(3),
      part: new Document({ fields: { label: 'l' } }),
    })
    expect(said(document)).toBeNull()
    expect(document.isUntouched).toBe(true)
    // Reading by the method counts from then on.
    document.fields.labels.push('y')
    expect(document.isUntouched).toBe(false)
    expect(written(document).fields.labels).toEqual(['x', 'y'])
  })

  test('has fields that the schema does not know', () => {
    expect(said(documentOfFields({ title: 'a', count: 1, more: [null] }))).toBeNull()
  })

  test.each([[undefined], [null]])('gets its defaults for %p', (count) => {
    const document = documentOfFields({ title: 'a', ...(count === undefined ? {} : { count }) })
    expect(said(document)).toBeNull()
    expect(document.fields.count).toBe(3)
  })

  test('of the first dialect fits, too, an empty text included', () => {
    const FirstOnes = {
      type: 'object',
      required: ['text', 'price'],
      properties: { text: { type: 'string' }, price: { type: 'integer' } },
    }
    const first = createDocumentCheck(FirstOnes, 'XInput')
    expect(first(new Document({ text: '', tags: { price: 3 } }))).toBeNull()
    expect(first(new Document({ text: 'a' }))).toMatchObject({ path: ['price'] })
  })
})

describe('values in another form', () => {
  test('become what is declared, for the method and on the wire', () => {
    const document = documentOfFields({
      title: 'a',
      count: 2,
      vector: '[1.0, 2.5]',
      file: 'AQI=',
      part: { label: '', n: 0 },
      parts: [{ label: 'x' }],
    })
    expect(said(document)).toBeNull()
    const { fields } = document
    expect([fields.vector, fields.file]).toEqual([Tensor.from([1, 2.5]), Uint8Array.of(1, 2)])
    expect(fields.part).toBeInstanceOf(Document)
    // Nothing is lost on the way, not even what is empty.
    expect(written(document).toJSON()).toMatchObject({ part: { label: '', n: 0 }, parts: [{ label: 'x' }] })
    expect(fields.parts).toBeInstanceOf(DocumentArray)
    for (const [name, kind] of Object.entries({ vector: 'ndarray', file: 'blob', part: 'doc', parts: 'docArray' }))
      expect([name, kindOf(document, name)]).toEqual([name, KIND[kind as keyof typeof KIND]])
  })

  test('whole numbers are floats where a number is declared, and back', () => {
    const document = documentOfFields({ title: 'a', ratio: 2, count: 4 })
    expect(said(document)).toBeNull()
    expect([kindOf(document, 'ratio'), kindOf(document, 'count')]).toEqual([KIND.float, KIND.integer])
    document.fields.ratio = 3
    document.fields.count = 5
    expect([kindOf(document, 'ratio'), kindOf(document, 'count')]).toEqual([KIND.float, KIND.integer])
  })

  test('a new document is written in the declared kinds', () => {
    const document = new Document({ fields: { title: 'a', ratio: 2, numbers: [1, 2.5], vector: [1, 2] } })
    expect(said(document)).toBeNull()
    expect([kindOf(document, 'ratio'), kindOf(document, 'vector')]).toEqual([KIND.float, KIND.ndarray])
    const bytes = Buffer.from(encodeWith((writer) => SECOND.write(writer, document, null)))
    // A float node with the double 1 in a list, and no integer node.
    expect(bytes.includes(Buffer.from([0x0a, 0x09, 0x19, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]))).toBe(true)
  })
})

describe('what does not fit is told with its place', () => {
  test.each<[object, string]>([
    [{}, 'title: is missing, and has no default'],
    [{ title: null }, 'title: is missing, and has no default'],
    [{ title: 5 }, 'title: must be a text, not 5'],
    [{ title: 'a', labels: ['x', 1] }, 'labels[1]: must be a text, not 1'],
    [{ title: 'a', count: 1.5 }, 'count: must be an integer, not 1.5'],
    [
      { title: 'a', vector: ['x'] },
      'vector: must be a tensor: numbers, or lists of them that are equally long, not ["x"]',
    ],
    [{ title: 'a', vector: [[1], [1, 2]] }, 'vector: must be a tensor'],
    [{ title: 'a', vector: 'x' }, 'vector: must be a tensor'],
    [{ title: 'a', file: '%%' }, 'file: must be bytes (as text: in base64), not "%%"'],
    [{ title: 'a', part: 5 }, 'part: must be a document'],
    [{ title: 'a', part: { n: 1 } }, 'part.label: is missing, and has no default'],
    [{ title: 'a', part: { label: 5 } }, 'part.label: must be a text, not 5'],
    [{ title: 'a', parts: 'x' }, 'parts: must be a list of documents, not "x"'],
    [{ title: 'a', parts: ['x'] }, 'parts: must be a list of documents'],
    [{ title: 'a', parts: [{ label: 'x' }, { label: 'y', n: 'z' }] }, 'parts[1].n: must be an integer, not "z"'],
  ])('%j', (fields, message) => {
    expect(said(documentOfFields({ count: 1, ...fields }))).toStartWith(message)
  })
})

test('a schema may hold itself', () => {
  const Tree = {
    type: 'object',
    properties: { n: { type: 'integer' }, below: { type: 'array', items: { $ref: '#' } } },
  }
  const tree = createDocumentCheck(Tree, 'XInput')
  expect(tree(documentOfFields({ n: 1, below: [{ n: 2, below: [{ n: 3 }] }] }))).toBeNull()
  expect(tree(documentOfFields({ below: [{ below: [{ n: 'x' }] }] }))).toMatchObject({
    path: ['below', 0, 'below', 0, 'n'],
  })
})

test('also where it may be null', () => {
  const Chain = {
    $ref: '#/$defs/Link',
    $defs: {
      Link: {
        type: 'object',
        properties: { n: { type: 'integer' }, next: { anyOf: [{ $ref: '#/$defs/Link' }, { type: 'null' }] } },
      },
    },
  }
  const chain = createDocumentCheck(Chain, 'XInput')
  expect(chain(documentOfFields({ n: 1, next: { n: 2, next: null } }))).toBeNull()
  expect(chain(documentOfFields({ n: 1, next: { n: 2, next: { n: 'x' } } }))).toMatchObject({
    path: ['next', 'next', 'n'],
  })
})

test('keywords that judge the whole document count, and its id is never in the way', () => {
  const strict = createDocumentCheck(
    { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false },
    'XInput',
  )
  expect(strict(documentOfFields({ id: 'i', a: 1 }))).toBeNull()
  expect(strict(documentOfFields({ id: 'i', a: 1, b: 2 }))).not.toBeNull()
  const either = createDocumentCheck({ anyOf: [{ required: ['a'] }, { required: ['b'] }] }, 'XInput')
  expect([either(documentOfFields({ b: 1 })), either(documentOfFields({ c: 1 })) === null]).toEqual([null, false])
})

test.each([
  [{ properties: { a: { $ref: '#/$defs/Nothing' } } }, 'nothing is at #/$defs/Nothing'],
  [
    { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { properties: { b: { type: 'x' } } } } },
    'Unknown type: "x"',
  ],
  [{ properties: { a: { type: 'string', pattern: '(' } } }, 'missing )'],
])('%j is refused when it is read', (schema, why) => {
  expect(() => createDocumentCheck(schema, 'XInput')).toThrow(why)
})

test('whatever comes is told or taken, never a fault of ours', () => {
  const value = fc.jsonValue({ maxDepth: 3 })
  const fields = fc.dictionary(fc.constantFrom(...Object.keys(Thing.properties).filter((name) => name !== 'id')), value)
  fc.assert(
    fc.property(fields, (given) => {
      const document = documentOfFields(given)
      if (check(document) !== null) return
      const again = written(document)
      expect(check(again)).toBeNull()
      expect(again.isUntouched).toBe(true)
    }),
  )
})
