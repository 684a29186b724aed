/** google.protobuf.Struct and Value to plain objects and back: parameters, tags, results. All numbers are doubles. */
import { XserveError } from '../errors.ts'
import { malformed, Reader } from './reader.ts'
import { Writer } from './writer.ts'

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

/** The writer that is not in use; a getter of the object may encode while we do. */
let spare: Writer | null = null

/** An object to Struct bytes; members that are undefined are left out. Throws XserveError BAD_DOCUMENT naming the path. */
export function encodeStruct(object: Readonly<Record<string, unknown>>): Uint8Array {
  return encodeWith((writer) => writeStruct(writer, object, '', 0))
}

/** Throws XserveError BAD_DOCUMENT naming the path. */
export function encodeValue(value: unknown): Uint8Array {
  return encodeWith((writer) => writeValue(writer, value, '', 0))
}

function encodeWith(write: (writer: Writer) => void): Uint8Array {
  const writer = spare ?? new Writer()
  spare = null
  writer.at = 0
  try {
    write(writer)
    return writer.finish()
  } finally {
    spare = writer
  }
}

/** Writes the content of a Struct at the writer's place. */
export function writeStruct(
  writer: Writer,
  object: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH}, or contains itself`)
  for (const key in object) {
    const value = object[key]
    if (value === undefined || !Object.hasOwn(object, key)) continue
    writer.message(1, () => {
      writer.text(1, key)
      writer.message(2, () => writeValue(writer, value, path === '' ? key : `${path}.${key}`, depth + 1))
    })
  }
}

function writeValue(writer: Writer, value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'number':
      writer.double(2, value)
      return
    case 'string':
      writer.text(3, value)
      return
    case 'boolean':
      writer.uint(4, value ? 1 : 0)
      return
    case 'undefined':
      writer.uint(1, 0)
      return
    case 'object':
      writeObject(writer, value, path, depth)
      return
    default:
      throw refused(path, `is a ${typeof value}`)
  }
}

function writeObject(writer: Writer, value: object | null, path: string, depth: number): void {
  if (value === null) writer.uint(1, 0)
  else if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) throw refused(path, `is nested deeper than ${MAX_DEPTH}, or contains itself`)
    writer.message(6, () => {
      for (let i = 0; i < value.length; i++) {
        writer.message(1, () => writeValue(writer, value[i], `${path}[${i}]`, depth + 1))
      }
    })
  } else {
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype !== Object.prototype && prototype !== null) {
      throw refused(
        path,
        `is a ${(value as { constructor?: { name?: string } }).constructor?.name ?? 'class instance'}`,
      )
    }
    writer.message(5, () => writeStruct(writer, value as Record<string, unknown>, path, depth + 1))
  }
}

function refused(path: string, what: string): XserveError {
  return new XserveError('BAD_DOCUMENT', `${path === '' ? 'the value' : path} ${what}`, {
    hint: 'parameters, tags and results hold what JSON holds: null, booleans, numbers, texts, lists and plain objects',
  })
}
