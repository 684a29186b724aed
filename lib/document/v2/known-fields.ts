/** The properties of Document in a DocProto: by which names, of which kinds, and as which values (docarray's LegacyDocument). */
import { isPlainObject } from '../../objects.ts'
import { copyStruct } from '../../protobuf/struct.ts'
import type { Dialect } from '../dialect.ts'
import { Document } from '../document.ts'
import { DocumentArray } from '../document-array.ts'
import { type DocumentInit, type Owner, wrongType } from '../document-init.ts'
import type { NamedScore, Scores } from '../scores.ts'
import { Tensor, type TensorInput } from '../tensor.ts'
import { KIND, type Node, newNode } from './node.ts'
import type { Field, NodeFields } from './node-fields.ts'
import { boundsOf } from './read-node.ts'

/** What reading needs to know of the document. */
export interface Place {
  readonly document: Document
  readonly nodes: NodeFields
  readonly dialect: Dialect
}

/** How one property is read and written. */
export interface KnownField {
  readonly property: Exclude<keyof DocumentInit, 'fields'>
  /** Names that classes have for it; the first is that of a new field. */
  readonly names: readonly string[]
  /** What a new field is. */
  readonly model: Node
  read(field: Field, place: Place): unknown
  /** undefined and null empty the field. Throws XserveError BAD_DOCUMENT, BAD_TENSOR. */
  check(value: unknown, place: Place): unknown
  /** From the property to what `doc.fields` and the wire have. */
  readonly encode?: (value: unknown) => unknown
}

type Property = KnownField['property']

const TEXT = newNode(KIND.text)

function readKind(kinds: readonly number[], field: Field, { nodes }: Place): unknown {
  if (!field.isRead && !kinds.includes(field.node!.kind)) return undefined
  return nodes.read(field)
}

function text(property: Property, names: readonly string[], model = TEXT): KnownField {
  return {
    property,
    names,
    model,
    read(field, place) {
      const value = readKind([KIND.text], field, place)
      return typeof value === 'string' ? value : undefined
    },
    check(value) {
      if (typeof value !== 'string') throw wrongType(property, 'a string', value)
      return value
    },
  }
}

function number(property: Property, name: string, kind: number, absent: number | undefined): KnownField {
  return {
    property,
    names: [name],
    model: newNode(kind),
    read(field, place) {
      const value = readKind([KIND.integer, KIND.float], field, place)
      return typeof value === 'number' ? value : absent
    },
    check(value) {
      if (typeof value !== 'number') throw wrongType(property, 'a number', value)
      return value
    },
  }
}

function array(property: Property, type: string): KnownField {
  return {
    property,
    names: [property],
    model: newNode(KIND.ndarray, type),
    // Gateways that know no tensors for a field send lists of numbers.
    read(field, place) {
      const value = readKind([KIND.ndarray, KIND.list], field, place)
      if (value instanceof Tensor) return value
      if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof Uint8Array))) return undefined
      const tensor = Tensor.from(value as TensorInput)
      place.nodes.write(field, tensor)
      return tensor
    },
    check: (value) => Tensor.from(value as TensorInput),
  }
}

/** A container that the bytes do not have is made, so that something can be put in. */
function made<T>(field: Field, value: T): T {
  const isFree = field.isRead ? (field.value ?? null) === null : field.node!.kind === KIND.null
  if (isFree) {
    field.value = value
    field.isRead = true
    field.isMade = true
  }
  return value
}

const tags: KnownField = {
  property: 'tags',
  names: ['tags'],
  model: newNode(KIND.dict),
  read(field, place) {
    const value = readKind([KIND.dict, KIND.null], field, place)
    return isPlainObject(value) ? value : made(field, {})
  },
  check(value) {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongType('tags', 'an object', value)
    return copyStruct(value as Record<string, unknown>)
  },
}

const location: KnownField = {
  property: 'location',
  names: ['location'],
  model: newNode(KIND.list),
  read(field, place) {
    const value = readKind([KIND.list, KIND.tuple, KIND.null], field, place)
    return Array.isArray(value) ? value : made(field, [])
  },
  check(value) {
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'number'))
      throw wrongType('location', 'a list of numbers', value)
    return [...value]
  },
}

function scores(property: 'scores' | 'evaluations'): KnownField {
  return {
    property,
    names: [property],
    model: newNode(KIND.dict),
    read(field, place) {
      const value = readKind([KIND.dict, KIND.null], field, place)
      if (!isPlainObject(value)) {
        field.encode = encodeScores
        return made(field, {})
      }
      if (field.encode) return value
      const read = decodeScores(value)
      place.nodes.write(field, read)
      field.encode = encodeScores
      return read
    },
    check: (value) => value,
    encode: encodeScores,
  }
}

function decodeScores(given: Readonly<Record<string, unknown>>): Scores {
  const out: Scores = {}
  for (const [name, score] of Object.entries(given)) {
    const from = isPlainObject(score) ? score : { value: score }
    const read: NamedScore = { value: typeof from.value === 'number' ? from.value : 0 }
    if (typeof from.op_name === 'string') read.opName = from.op_name
    if (typeof from.description === 'string') read.description = from.description
    if (typeof from.ref_id === 'string') read.refId = from.ref_id
    out[name] = read
  }
  return out
}

function encodeScores(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(value as Scores).map(([name, { value: number, opName, description, refId }]) => [
      name,
      { value: number, op_name: opName, description, ref_id: refId },
    ]),
  )
}

function children(kind: Owner['kind']): KnownField {
  return {
    property: kind,
    names: [kind],
    model: newNode(KIND.docArray),
    read(field, place) {
      const owner: Owner = { document: place.document, kind }
      if (!field.isRead && field.node!.kind === KIND.docArray) {
        const { bytes } = field.node!
        const contents: Uint8Array[] = []
        const bounds = boundsOf(field.node!)
        for (let i = 0; i < bounds.length; i += 2) contents.push(bytes.subarray(bounds[i], bounds[i + 1]))
        field.value = DocumentArray.owned(contents, owner, place.dialect)
        field.isRead = true
      }
      const value = readKind([KIND.list, KIND.null], field, place)
      if (value instanceof DocumentArray) return value
      if (!Array.isArray(value) || !value.every((item) => item instanceof Document))
        return made(field, DocumentArray.owned([], owner, place.dialect))
      place.nodes.write(field, DocumentArray.adopt(value, owner))
      return field.value
    },
    check: (value, { document }) => DocumentArray.adopt(value, { document, kind }),
  }
}

const blob: KnownField = {
  property: 'blob',
  names: ['blob', 'bytes_'],
  model: newNode(KIND.blob),
  read(field, place) {
    const value = readKind([KIND.blob], field, place)
    return value instanceof Uint8Array ? value : undefined
  },
  check(value) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    if (!(bytes instanceof Uint8Array)) throw wrongType('blob', 'a Uint8Array', value)
    return bytes
  },
}

/** In the order of writing. */
export const KNOWN_FIELDS: readonly KnownField[] = [
  text('id', ['id'], newNode(KIND.text, 'id')),
  text('text', ['text']),
  blob,
  array('tensor', 'ndarray'),
  array('embedding', 'ndarray_embedding'),
  text('uri', ['url', 'uri']),
  text('mimeType', ['mime_type']),
  tags,
  number('weight', 'weight', KIND.float, undefined),
  scores('scores'),
  scores('evaluations'),
  children('chunks'),
  children('matches'),
  text('modality', ['modality']),
  location,
  number('offset', 'offset', KIND.float, undefined),
  text('parentId', ['parent_id']),
  number('granularity', 'granularity', KIND.integer, 0),
  number('adjacency', 'adjacency', KIND.integer, 0),
]

/** The field that holds the property: the first that is not null, else the first that there is, else a new one. */
export function fieldOf({ names, model }: KnownField, nodes: NodeFields): Field {
  let chosen: Field | undefined
  for (const name of names) {
    const field = nodes.field(name)
    const isThere = field.isRead ? field.value !== undefined : true
    const isNull = field.isRead ? field.value === null : field.node!.kind === KIND.null
    if (isThere && !isNull) {
      chosen = field
      break
    }
    if (isThere) chosen ??= field
  }
  chosen ??= nodes.field(names[0]!)
  chosen.model = model
  return chosen
}
