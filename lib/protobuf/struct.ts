/** google.protobuf.Struct and Value to plain objects and back: parameters, tags, results. All numbers are doubles. */

import { XserveError } from '../errors.ts'
import { isPlainObject } from '../objects.ts'
import { malformed, Reader } from './reader.ts'
import { encodeWith, type ReverseWriter } from './reverse-writer.ts'

/** Deeper nesting is refused both ways: peers have such limits, too (protobuf: 100). */
const MAX_DEPTH = 100

/** Struct bytes to an object; a key told twice has its last value. Throws XserveError BAD_REQUEST. */
export function decodeStruct(bytes: Uint8Array): Record<string, unknown> {
  return readStruct(new Reader(bytes), 0)
}

/** Value bytes; no bytes are null. Throws XserveError BAD_REQUEST. */
export function decodeValue(bytes: Uint8Array): unknown {
  return readValue(new Reader(bytes), 0)
}

function readStruct(reader: Reader, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw malformed(`a Struct is nested deeper than ${MAX_DEPTH}`)
  const out: Record<string, unknown> = {}
  while (!reader.done) {
    const tag = reader.tag()
    if (tag !== 0x0a) {
      reader.skip(tag)
      continue
    }
    const entry = reader.nested()
    let key = ''
    let value: unknown = null
    while (!entry.done) {
      const part = entry.tag()
      if (part === 0x0a) key = entry.text()
      else if (part === 0x12) value = readValue(entry.nested(), depth + 1)
      else entry.skip(part)
    }
    setKey(out, key, value)
  }
  return out
}

/** Assignment would run the setter of `__proto__`. */
function setKey(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
  else out[key] = value
}

function readValue(reader: Reader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw malformed(`a Value is nested deeper than ${MAX_DEPTH}`)
  let value: unknown = null
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x08) {
      reader.varint()
      value = null
    } else if (tag === 0x11) value = reader.double()
    else if (tag === 0x1a) value = reader.text()
    else if (tag === 0x20) value = reader.varint() !== 0
    else if (tag === 0x2a) value = readStruct(reader.nested(), depth + 1)
    else if (tag === 0x32) value = readList(reader.nested(), depth + 1)
    else reader.skip(tag)
  }
  return value
}

function readList(reader: Reader, depth: number): unknown[] {
  const out: unknown[] = []
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) out.push(readValue(reader.nested(), depth + 1))
    else reader.skip(tag)
  }
  return out
}

/** An object to Struct bytes; members that are undefined are left out. Throws XserveError BAD_DOCUMENT naming the path. */
export function encodeStruct(object: Readonly<Record<string, unknown>>): Uint8Array {
  return encodeWith((writer) => writeStruct(writer, object, '', 0))
}

/** Throws XserveError BAD_DOCUMENT naming the path. */
export function encodeValue(value: unknown): Uint8Array {
  return encodeWith((writer) => writeValue(writer, value, '', 0))
}

/** Writes the content of a Struct, back to front; `path` is where the object stands, for messages. */
export function writeStruct(
  writer: ReverseWriter,
  object: Readonly<Record<string, unknown>>,
  path: string,
  depth = 0,
): void {
  if (depth > MAX_DEPTH) throw tooDeep(path)
  const keys = Object.keys(object)
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!
    const value = object[key]
    if (value === undefined) continue
    const before = writer.length
    writeValue(writer, value, path === '' ? key : `${path}.${key}`, depth + 1)
    writer.close(2, before)
    writer.textField(1, key)
    writer.close(1, before)
  }
}

function writeValue(writer: ReverseWriter, value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'number':
      writer.doubleField(2, value)
      return
    case 'string':
      writer.textField(3, value)
      return
    case 'boolean':
      writer.uintField(4, value ? 1 : 0)
      return
    case 'undefined':
      writer.uintField(1, 0)
      return
    case 'object':
      writeObject(writer, value, path, depth)
      return
    default:
      throw refused(path, `is a ${typeof value}`)
  }
}

function writeObject(writer: ReverseWriter, value: object | null, path: string, depth: number): void {
  if (value === null) {
    writer.uintField(1, 0)
    return
  }
  const before = writer.length
  if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) throw tooDeep(path)
    for (let i = value.length - 1; i >= 0; i--) {
      const itemBefore = writer.length
      writeValue(writer, value[i], `${path}[${i}]`, depth + 1)
      writer.close(1, itemBefore)
    }
    writer.close(6, before)
    return
  }
  if (!isPlainObject(value)) throw refused(path, `is a ${value.constructor?.name ?? 'class instance'}`)
  writeStruct(writer, value, path, depth + 1)
  writer.close(5, before)
}

function tooDeep(path: string): XserveError {
  const shown = path.length > 60 ? `${path.slice(0, 60)}…` : path
  return refused(shown, `is nested deeper than ${MAX_DEPTH}, or contains itself`)
}

function refused(path: string, what: string): XserveError {
  return new XserveError('BAD_DOCUMENT', `${path === '' ? 'the value' : path} ${what}`, {
    hint: 'parameters, tags and results hold what JSON holds: null, booleans, numbers, texts, lists and plain objects',
  })
}

/** A copy of lists and plain objects all the way down; anything else is the same. Recursion ends at the depth limit of encoding. */
export function copyStruct(object: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(object)) setKey(out, key, copyValue(object[key], depth))
  return out
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((item) => copyValue(item, depth + 1))
  return isPlainObject(value) ? copyStruct(value, depth + 1) : value
}
