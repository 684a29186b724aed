/** Documents of the second dialect out of JSON: any field by its name, null apart from absent, tensors as lists or as their text. */

import { XserveError } from '../../errors.ts'
import { isObject } from '../../objects.ts'
import { encodeWith } from '../../protobuf/reverse-writer.ts'
import { MAX_DEPTH, tooDeep } from '../depth.ts'
import { DocumentArray } from '../document-array.ts'
import { parseKeepingFloats } from '../float-lists.ts'
import { newId } from '../id.ts'
import { readBytes, readLists, readTextOrNumber, wrong } from '../json-values.ts'
import { scanDocuments } from '../scan-documents.ts'
import { Tensor } from '../tensor.ts'
import { SECOND } from './dialect.ts'
import { KIND, type Node, newNode } from './node.ts'
import { writeEntry } from './write-node.ts'

type Json = Readonly<Record<string, unknown>>

/** How a value is read for a field whose name tells what it is; any other keeps the kind that JSON gives it. */
interface Reading {
  readonly model: Node
  read(value: unknown, path: string, depth: number): unknown
}

const TEXT = newNode(KIND.text)

const text = (model: Node): Reading => ({ model, read: readTextOrNumber })
const tensor = (type: string): Reading => ({ model: newNode(KIND.ndarray, type), read: readTensor })
const bytes: Reading = { model: newNode(KIND.blob), read: readBytes }
const children: Reading = {
  model: newNode(KIND.docArray),
  read(value, path, depth) {
    if (!Array.isArray(value)) throw wrong(path, 'a list of documents', value)
    const list = joinDocuments(value.map((item, i) => documentBytesFromJson(item, `${path}[${i}]`, depth + 1)))
    const bounds: number[] = []
    scanDocuments(list, 0, list.length, bounds)
    return DocumentArray.view(list, bounds, SECOND)
  },
}

const READINGS: ReadonlyMap<string, Reading> = new Map([
  ['id', text(newNode(KIND.text, 'id'))],
  ['text', text(TEXT)],
  ['tensor', tensor('ndarray')],
  ['embedding', tensor('ndarray_embedding')],
  ['blob', bytes],
  ['bytes_', bytes],
  ['chunks', children],
  ['matches', children],
])

/**
 * DocProto bytes of one JSON object; one without an id, or with null for it, gets its own. A string is a document with that
 * text. Throws XserveError BAD_DOCUMENT, BAD_TENSOR with the path of what is wrong; `path` is where the value stands.
 */
export function documentBytesFromJson(value: unknown, path = '', depth = 0): Uint8Array {
  if (depth > MAX_DEPTH) throw tooDeep()
  const fields = typeof value === 'string' ? { text: value } : value
  if (!isObject(fields)) throw wrong(path, 'a document (an object or a text)', value)
  const names = Object.keys(fields)
  const read = names.map((name) => readField(fields, name, path, depth))
  return encodeWith((writer) => {
    for (let i = names.length - 1; i >= 0; i--) {
      const name = names[i]!
      writeEntry(writer, name, read[i], READINGS.get(name)?.model, SECOND, under(path, name))
    }
    if ((fields.id ?? null) === null && !names.includes('id')) {
      writeEntry(writer, 'id', newId(), READINGS.get('id')!.model, SECOND)
    }
  })
}

/** DocListProto bytes of the documents. */
function joinDocuments(documents: readonly Uint8Array[]): Uint8Array {
  return encodeWith((writer) => {
    for (let i = documents.length - 1; i >= 0; i--) writer.bytesField(1, documents[i]!)
  })
}

/** DataContentProto bytes of the documents. */
export function dataOfDocuments(documents: readonly Uint8Array[]): Uint8Array {
  const list = joinDocuments(documents)
  return encodeWith((writer) => writer.bytesField(1, list))
}

function readField(fields: Json, name: string, path: string, depth: number): unknown {
  const value = fields[name]
  if (value === null) return name === 'id' ? newId() : null
  const reading = READINGS.get(name)
  return reading ? reading.read(value, under(path, name), depth) : value
}

/** Jina with pydantic 2 writes the lists of a tensor as their text. */
function readTensor(value: unknown, path: string): Tensor {
  const lists = readLists(typeof value === 'string' ? parsed(value) : value, path)
  try {
    return Tensor.from(lists)
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    throw new XserveError(error.code, `${path}: ${error.message}`, { ...error.details, where: path })
  }
}

function parsed(value: string): unknown {
  try {
    return parseKeepingFloats(value)
  } catch {
    return value
  }
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
