/** NodeProto, a field of a DocProto (Jina facts §1.10): which kind it is, and where its content stands. */
import { malformed, Reader, readText } from '../../protobuf/reader.ts'
import { fieldFrom, fieldNumber, fieldTo, fieldType, nextField } from '../fields.ts'

/** Numbers of NodeProto's fields; 0 for a node with nothing in it, which means null. */
export const KIND = {
  null: 0,
  text: 1,
  integer: 2,
  float: 3,
  boolean: 4,
  blob: 5,
  ndarray: 6,
  doc: 7,
  docArray: 8,
  list: 9,
  set: 10,
  tuple: 11,
  dict: 12,
} as const
/** Name of the Python class that a reader is to choose. */
export const TYPE = 13

/** Wire type of each. */
const WIRE = [-1, 2, 0, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2]

/** A node as it stands in bytes. */
export interface Node {
  readonly kind: number
  /** `id`, `text_url`, `ndarray_embedding`, …; '' when there is none. */
  readonly type: string
  readonly bytes: Uint8Array
  /** Start and end of the content of the set field. */
  readonly from: number
  readonly to: number
}

const NO_BYTES = new Uint8Array(0)

/** What a field that is not there yet is to become. */
export function newNode(kind: number, type = ''): Node {
  return { kind, type, bytes: NO_BYTES, from: 0, to: 0 }
}

/** The last field that is set counts. Throws XserveError BAD_REQUEST. */
export function parseNode(bytes: Uint8Array, start: number, end: number): Node {
  let kind: number = KIND.null
  let type = ''
  let from = start
  let to = start
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    const number = fieldNumber()
    if (number > TYPE) continue
    if (fieldType() !== WIRE[number]) throw malformed(`field ${number} of a node has wire type ${fieldType()}`)
    if (number === TYPE) type = readText(bytes, fieldFrom(), fieldTo())
    else {
      kind = number
      from = fieldFrom()
      to = fieldTo()
    }
  }
  return { kind, type, bytes, from, to }
}

/** Whether bytes can be a NodeProto: known fields of the right wire type and no others. */
export function isNode(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    at = nextField(bytes, at, end)
    if (fieldNumber() > TYPE || fieldType() !== WIRE[fieldNumber()]) return false
  }
  return true
}

/** int32: five bytes tell it, the other five of a negative one are its sign. */
export function readInteger({ bytes, from, to }: Node): number {
  let value = 0
  for (let at = from, shift = 0; at < to && shift < 35; at++, shift += 7) value |= (bytes[at]! & 0x7f) << shift
  return value
}

export function readFloat({ bytes, from, to }: Node): number {
  return new Reader(bytes, from, to).double()
}

export function readBoolean({ bytes, from, to }: Node): boolean {
  for (let at = from; at < to; at++) if ((bytes[at]! & 0x7f) !== 0) return true
  return false
}

/** The items of a list, set or tuple. */
export function itemsOf({ bytes, from, to }: Node): Node[] {
  const items: Node[] = []
  for (let at = from; at < to; ) {
    at = nextField(bytes, at, to)
    if (fieldNumber() !== 1) continue
    if (fieldType() !== 2) throw malformed('a list holds what is no node')
    items.push(parseNode(bytes, fieldFrom(), fieldTo()))
  }
  return items
}
