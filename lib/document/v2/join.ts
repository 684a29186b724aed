/** Two documents of the second dialect with one id made one, as docarray's `update` does (Jina facts §5.5): the right one wins. */

import { readText } from '../../protobuf/reader.ts'
import { encodeWith, type ReverseWriter } from '../../protobuf/reverse-writer.ts'
import { MAX_DEPTH, tooDeep } from '../depth.ts'
import { entryBytes, entryName, findNode, isEntry, nextEntry } from './entries.ts'
import { KIND, type Node, parseNode, TYPE } from './node.ts'
import { boundsOf } from './read-node.ts'

/**
 * DocProto bytes. What is set on the right replaces the left's; lists are put one behind the other, dicts and nested
 * documents joined. Null replaces nothing. Nothing but names is decoded.
 */
export function joinNodes(left: Uint8Array, right: Uint8Array, depth = 0): Uint8Array {
  if (depth > MAX_DEPTH) throw tooDeep()
  const fields = fieldsOf(left)
  for (const [name, bytes] of fieldsOf(right)) {
    const before = fields.get(name)
    if (before === undefined) fields.set(name, bytes)
    else if (name !== 'id') fields.set(name, joinFields(before, bytes, depth))
  }
  return encodeWith((writer) => {
    for (const [name, bytes] of [...fields].reverse()) {
      const start = writer.length
      writer.bytesField(2, bytes)
      writer.textField(1, name)
      writer.close(1, start)
    }
  })
}

function fieldsOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>()
  for (let at = 0; at < bytes.length; ) {
    at = nextEntry(bytes, at, bytes.length)
    if (isEntry()) fields.set(entryName(bytes), entryBytes(bytes))
  }
  return fields
}

function joinFields(leftBytes: Uint8Array, rightBytes: Uint8Array, depth: number): Uint8Array {
  const left = parseNode(leftBytes, 0, leftBytes.length)
  const right = parseNode(rightBytes, 0, rightBytes.length)
  if (right.kind === KIND.null) return leftBytes
  if (left.kind !== right.kind) return rightBytes
  switch (left.kind) {
    case KIND.list:
    case KIND.set:
    case KIND.dict:
      // Repeated fields in a row are one list, and of entries with one name the last counts.
      return nodeOf(left, (writer) => {
        writer.raw(contentOf(right))
        writer.raw(contentOf(left))
      })
    case KIND.doc:
      return nodeOf(left, (writer) => writer.raw(joinNodes(contentOf(left), contentOf(right), depth + 1)))
    case KIND.docArray:
      return nodeOf(left, (writer) => writeList(writer, joinLists(left, right, depth + 1)))
    default:
      return rightBytes
  }
}

const contentOf = ({ bytes, from, to }: Node): Uint8Array => bytes.subarray(from, to)

function nodeOf({ kind, type }: Node, write: (writer: ReverseWriter) => void): Uint8Array {
  return encodeWith((writer) => {
    if (type !== '') writer.textField(TYPE, type)
    const before = writer.length
    write(writer)
    writer.close(kind, before)
  })
}

function writeList(writer: ReverseWriter, documents: readonly Uint8Array[]): void {
  for (let i = documents.length - 1; i >= 0; i--) writer.bytesField(1, documents[i]!)
}

function joinLists(left: Node, right: Node, depth: number): Uint8Array[] {
  const out: Uint8Array[] = []
  const places = new Map<string, number>()
  for (const node of [left, right]) {
    const bounds = boundsOf(node)
    for (let i = 0; i < bounds.length; i += 2) {
      const bytes = node.bytes.subarray(bounds[i], bounds[i + 1])
      const found = findNode(bytes, 0, bytes.length, 'id')
      const id = found?.kind === KIND.text ? readText(found.bytes, found.from, found.to) : undefined
      const place = id === undefined ? undefined : places.get(id)
      if (place !== undefined) out[place] = joinNodes(out[place]!, bytes, depth)
      else {
        out.push(bytes)
        if (id !== undefined) places.set(id, out.length - 1)
      }
    }
  }
  return out
}
