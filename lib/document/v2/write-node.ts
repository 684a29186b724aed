/**
 * Values of fields to NodeProto. The node that a value stands in for, its model, decides what the value does not tell:
 * integer or float, list or tuple, and the name of the Python class.
 */

import { XserveError } from '../../errors.ts'
import { isPlainObject } from '../../objects.ts'
import type { ReverseWriter } from '../../protobuf/reverse-writer.ts'
import { MAX_DEPTH, tooDeep } from '../depth.ts'
import type { Dialect } from '../dialect.ts'
import { Document } from '../document.ts'
import { DocumentArray } from '../document-array.ts'
import { elementTypeOf } from '../dtype.ts'
import { writeDense } from '../nd-array.ts'
import { Tensor, type TensorInput } from '../tensor.ts'
import { readEntries } from './entries.ts'
import { itemsOf, KIND, type Node, TYPE } from './node.ts'
import { readParameters } from './read-node.ts'

/** Levels of fields above the one that is being written, those of the documents around included. */
let depth = 0

/** Writes an entry of map<string, NodeProto> as field 1, back to front. Throws XserveError BAD_DOCUMENT naming the path. */
export function writeEntry(
  writer: ReverseWriter,
  name: string,
  value: unknown,
  model: Node | undefined,
  dialect: Dialect,
  path = name,
): void {
  const before = writer.length
  writeNode(writer, value, model, dialect, path)
  writer.close(2, before)
  writer.textField(1, name)
  writer.close(1, before)
}

/** Writes the content of a NodeProto, back to front; null and undefined are one with nothing in it. */
function writeNode(
  writer: ReverseWriter,
  value: unknown,
  model: Node | undefined,
  dialect: Dialect,
  path: string,
): void {
  if (value === null || value === undefined) return
  const kind = kindOf(value, model, path)
  if (kind === model?.kind && model.type !== '') writer.textField(TYPE, model.type)
  switch (kind) {
    case KIND.text:
      writer.textField(kind, value as string)
      return
    case KIND.integer:
      writeInteger(writer, Number(value))
      return
    case KIND.float:
      writer.doubleField(kind, Number(value))
      return
    case KIND.boolean:
      writer.uintField(kind, value ? 1 : 0)
      return
    case KIND.blob:
      writer.bytesField(kind, value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Uint8Array))
      return
    case KIND.ndarray:
      writeArray(writer, Tensor.from(value as TensorInput), model)
      return
    default:
      writeNested(writer, kind, value, model, dialect, path)
  }
}

/** The kind of node that a value becomes. */
function kindOf(value: unknown, model: Node | undefined, path: string): number {
  const wanted = model?.kind ?? KIND.null
  switch (typeof value) {
    case 'string':
      return KIND.text
    case 'boolean':
      return KIND.boolean
    case 'number':
      if (wanted === KIND.float || !isInteger(value)) return KIND.float
      return KIND.integer
    case 'bigint':
      return isInteger(Number(value)) ? KIND.integer : KIND.float
    case 'object':
      return kindOfObject(value as object, wanted, path)
    default:
      throw refused(path, `a ${typeof value}`)
  }
}

/** What docarray takes for an integer: 32 bits. */
const isInteger = (value: number): boolean => value === (value | 0) && !Object.is(value, -0)

const isSequence = (kind: number): boolean => kind >= KIND.list && kind <= KIND.tuple

function kindOfObject(value: object, wanted: number, path: string): number {
  if (value instanceof Tensor) return KIND.ndarray
  if (value instanceof Document) return KIND.doc
  if (value instanceof DocumentArray) return KIND.docArray
  if (value instanceof Set) return isSequence(wanted) ? wanted : KIND.set
  if (value instanceof Uint8Array || value instanceof ArrayBuffer)
    return wanted === KIND.ndarray && value instanceof Uint8Array ? KIND.ndarray : KIND.blob
  if (elementTypeOf(value) !== undefined) return KIND.ndarray
  if (Array.isArray(value)) {
    if (wanted === KIND.ndarray || wanted === KIND.docArray || isSequence(wanted)) return wanted
    return value.length > 0 && value.every((item) => item instanceof Document) ? KIND.docArray : KIND.list
  }
  if (!isPlainObject(value)) throw refused(path, `a ${value.constructor?.name ?? 'class instance'}`)
  return wanted === KIND.doc ? KIND.doc : KIND.dict
}

function writeNested(
  writer: ReverseWriter,
  kind: number,
  value: unknown,
  model: Node | undefined,
  dialect: Dialect,
  path: string,
): void {
  if (depth >= MAX_DEPTH) throw tooDeep()
  depth++
  const before = writer.length
  try {
    if (value instanceof Document) dialect.write(writer, value, null)
    else if (kind === KIND.docArray) {
      asDocuments(value).writeDocuments(writer, 1, dialect)
    } else if (isSequence(kind)) writeItems(writer, [...(value as Iterable<unknown>)], model, dialect, path)
    else writeMembers(writer, value as Record<string, unknown>, model, dialect, path)
  } finally {
    depth--
  }
  writer.close(kind, before)
}

/** Objects in the place of documents are their fields. */
function asDocuments(value: unknown): DocumentArray {
  if (value instanceof DocumentArray) return value
  const isFields = (item: unknown) => typeof item === 'object' && item !== null && !(item instanceof Document)
  return new DocumentArray(
    Array.from(value as readonly Document[], (item) => (isFields(item) ? new Document({ fields: { ...item } }) : item)),
  )
}

function writeItems(
  writer: ReverseWriter,
  values: readonly unknown[],
  model: Node | undefined,
  dialect: Dialect,
  path: string,
): void {
  const models = model && isSequence(model.kind) ? itemsOf(model) : []
  // Where all there were are floats, what is put behind them is one, too.
  const further = models.every((item) => item.kind === KIND.float) ? models[0] : undefined
  for (let i = values.length - 1; i >= 0; i--) {
    const before = writer.length
    writeNode(writer, values[i], models[i] ?? further, dialect, `${path}[${i}]`)
    writer.close(1, before)
  }
}

/** A dict, or a document given as an object: both are the same map. */
function writeMembers(
  writer: ReverseWriter,
  object: Readonly<Record<string, unknown>>,
  model: Node | undefined,
  dialect: Dialect,
  path: string,
): void {
  const isMap = model?.kind === KIND.dict || model?.kind === KIND.doc
  const models = isMap ? readEntries(model.bytes, model.from, model.to) : undefined
  const keys = Object.keys(object)
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!
    if (object[key] === undefined) continue
    writeEntry(writer, key, object[key], models?.get(key), dialect, `${path}.${key}`)
  }
}

function writeArray(writer: ReverseWriter, tensor: Tensor, model: Node | undefined): void {
  if (model?.kind !== KIND.ndarray) writer.textField(TYPE, 'ndarray')
  const before = writer.length
  const parameters = model?.kind === KIND.ndarray ? readParameters(model) : undefined
  if (parameters) writer.bytesField(2, parameters)
  writeDense(writer, 1, tensor)
  writer.close(KIND.ndarray, before)
}

const SIGN = Uint8Array.of(0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x01)

/** A negative number is 64 bits long on the wire. */
function writeInteger(writer: ReverseWriter, value: number): void {
  if (value >= 0) {
    writer.uintField(KIND.integer, value)
    return
  }
  for (let i = 0; i < 5; i++) SIGN[i] = ((value >> (7 * i)) & 0x7f) | 0x80
  writer.raw(SIGN)
  writer.varint(KIND.integer * 8)
}

function refused(path: string, what: string): XserveError {
  return new XserveError('BAD_DOCUMENT', `${path} is ${what}`, {
    where: path,
    hint: 'a field holds null, a boolean, a number, a text, bytes, a tensor, a Document, or lists, sets and plain objects of them',
  })
}
