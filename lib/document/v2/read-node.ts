/** NodeProto to the value that `doc.fields` shows. */
import { malformed, readText } from '../../protobuf/reader.ts'
import { MAX_DEPTH } from '../depth.ts'
import type { Dialect } from '../dialect.ts'
import { DocumentArray } from '../document-array.ts'
import { fieldFrom, fieldNumber, fieldTo, nextField } from '../fields.ts'
import { readDense } from '../nd-array.ts'
import { scanDocuments } from '../scan-documents.ts'
import type { Tensor } from '../tensor.ts'
import { isKeepingFloats, wholeFloat } from '../whole-floats.ts'
import { readEntries } from './entries.ts'
import { itemsOf, KIND, type Node, readBoolean, readFloat, readInteger } from './node.ts'

/**
 * Documents and arrays of them are views. Throws XserveError BAD_REQUEST, and BAD_TENSOR for an array whose elements a
 * typed array cannot hold; `path` names the field in messages.
 */
export function readNode(node: Node, path: string, dialect: Dialect, depth = 0): unknown {
  const { kind, bytes, from, to } = node
  switch (kind) {
    case KIND.text:
      return readText(bytes, from, to)
    case KIND.integer:
      return readInteger(node)
    case KIND.float:
      return floatOf(node)
    case KIND.boolean:
      return readBoolean(node)
    case KIND.blob:
      return bytes.subarray(from, to)
    case KIND.ndarray:
      return readArray(node, path) ?? null
    case KIND.doc:
      return dialect.view(bytes, from, to, null)
    case KIND.docArray:
      return DocumentArray.view(bytes, boundsOf(node), dialect)
    case KIND.null:
      return null
    default:
      if (depth > MAX_DEPTH) throw malformed(`fields are nested deeper than ${MAX_DEPTH}`)
      return readContainer(node, path, dialect, depth)
  }
}

function floatOf(node: Node): unknown {
  const value = readFloat(node)
  return isKeepingFloats() && Number.isInteger(value) ? wholeFloat(value) : value
}

function readContainer(node: Node, path: string, dialect: Dialect, depth: number): unknown {
  if (node.kind !== KIND.dict) {
    const items = itemsOf(node).map((item, index) => readNode(item, `${path}[${index}]`, dialect, depth + 1))
    return node.kind === KIND.set ? new Set(items) : items
  }
  const out: Record<string, unknown> = {}
  for (const [key, item] of readEntries(node.bytes, node.from, node.to)) {
    const value = readNode(item, `${path}.${key}`, dialect, depth + 1)
    // Assignment would run the setter of `__proto__`.
    if (key === '__proto__')
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
    else out[key] = value
  }
  return out
}

/** Places of the documents of a DocListProto within the bytes. */
export function boundsOf({ bytes, from, to }: Node): number[] {
  const bounds: number[] = []
  scanDocuments(bytes, from, to, bounds)
  return bounds
}

/** NdArrayProto of the second dialect: the array and parameters, which we do not read. */
export function readArray(node: Node, path: string): Tensor | undefined {
  const dense = findPart(node, 1)
  return dense && readDense(dense, path)
}

/** Struct bytes beside the array; undefined: none. */
export const readParameters = (node: Node): Uint8Array | undefined => findPart(node, 2)

function findPart({ bytes, from, to }: Node, wanted: number): Uint8Array | undefined {
  let found: Uint8Array | undefined
  for (let at = from; at < to; ) {
    at = nextField(bytes, at, to)
    if (fieldNumber() === wanted) found = bytes.subarray(fieldFrom(), fieldTo())
  }
  return found
}
