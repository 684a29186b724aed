/** The entries of map<string, NodeProto>, which a DocProto and a dict are: walked through in bytes, one found by its name. */
import { malformed, readText } from '../../protobuf/reader.ts'
import { fieldFrom, fieldNumber, fieldTo, fieldType, nextField } from '../fields.ts'
import { type Node, parseNode } from './node.ts'

/** The entry that `nextEntry` stopped at: places of its key and of its node. */
let keyFrom = 0
let keyTo = 0
let nodeFrom = 0
let nodeTo = 0

/** Moves over the field at `at`; `isEntry` tells whether it was one of the map. Throws XserveError BAD_REQUEST. */
export function nextEntry(bytes: Uint8Array, at: number, end: number): number {
  const next = nextField(bytes, at, end)
  keyFrom = -1
  if (fieldNumber() !== 1) return next
  if (fieldType() !== 2) throw malformed('the fields of a document are no map')
  const to = fieldTo()
  let inside = fieldFrom()
  keyFrom = keyTo = nodeFrom = nodeTo = inside
  while (inside < to) {
    inside = nextField(bytes, inside, to)
    const number = fieldNumber()
    if (number > 2) continue
    if (fieldType() !== 2) throw malformed('a field of a document has no name or no value')
    if (number === 1) {
      keyFrom = fieldFrom()
      keyTo = fieldTo()
    } else {
      nodeFrom = fieldFrom()
      nodeTo = fieldTo()
    }
  }
  return next
}

/** Whether `nextEntry` has moved over an entry, and not over a field that a later version may have added. */
export const isEntry = (): boolean => keyFrom !== -1

/** Name of the entry. */
export const entryName = (bytes: Uint8Array): string => readText(bytes, keyFrom, keyTo)

/** Value of the entry. */
export const entryNode = (bytes: Uint8Array): Node => parseNode(bytes, nodeFrom, nodeTo)

/** Bytes of the entry's value, a view. */
export const entryBytes = (bytes: Uint8Array): Uint8Array => bytes.subarray(nodeFrom, nodeTo)

/** Without making a text of what most of the time is another name. */
export function isNamed(bytes: Uint8Array, name: string): boolean {
  const length = keyTo - keyFrom
  if (length < name.length) return false
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code >= 0x80) return entryName(bytes) === name
    if (bytes[keyFrom + i] !== code) return false
  }
  return length === name.length
}

/** The last entry of this name. */
export function findNode(bytes: Uint8Array, start: number, end: number, name: string): Node | undefined {
  let from = -1
  let to = -1
  for (let at = start; at < end; ) {
    at = nextEntry(bytes, at, end)
    if (!isEntry() || !isNamed(bytes, name)) continue
    from = nodeFrom
    to = nodeTo
  }
  return from === -1 ? undefined : parseNode(bytes, from, to)
}

/** Every name with its value; of entries with one name the last. */
export function readEntries(bytes: Uint8Array, start: number, end: number): Map<string, Node> {
  const entries = new Map<string, Node>()
  for (let at = start; at < end; ) {
    at = nextEntry(bytes, at, end)
    if (isEntry()) entries.set(entryName(bytes), entryNode(bytes))
  }
  return entries
}
