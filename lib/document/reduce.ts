/** Documents of several branches as one array: joined by id, or one behind the other (Jina facts §5.5). */
import { MAX_DEPTH, tooDeep } from './depth.ts'
import { Document } from './document.ts'
import { DocumentArray } from './document-array.ts'
import { FIELD, fieldNumber, nextField } from './fields.ts'
import { SECOND } from './v2/dialect.ts'
import { joinNodes } from './v2/join.ts'
import { NodeDocument } from './v2/node-document.ts'

/** All documents, in the order of the branches. */
export function concatenate(branches: readonly DocumentArray[]): DocumentArray {
  const out = new DocumentArray().like(branches.find((branch) => branch.dialect !== undefined))
  for (const branch of branches) out.extend(branch)
  return out
}

/**
 * One document an id; unknown ids are put at the end. In the first dialect what the left has stays, and what it has not is
 * taken from the right; in the second the right wins.
 * Fields are taken as bytes, so that arrays which we cannot read are joined, too. Throws XserveError BAD_REQUEST for bytes
 * that are no documents, BAD_DOCUMENT for chunks that are nested too deep.
 */
export function reduceDocuments(branches: readonly DocumentArray[]): DocumentArray {
  return new DocumentArray(joinById(branches, 0)).like(branches.find((branch) => branch.dialect !== undefined))
}

function joinById(branches: readonly Iterable<Document>[], depth: number): Document[] {
  if (depth > MAX_DEPTH) throw tooDeep()
  const [first = [], ...others] = branches
  // Documents of the same id within the first branch stay apart: nobody has made one of them but the sender.
  const out = [...first]
  const places = new Map(out.map((document, index) => [document.id, index]))
  for (const branch of others) {
    for (const document of branch) {
      const { id } = document
      const place = places.get(id)
      if (place === undefined) places.set(id, out.push(document) - 1)
      else out[place] = join(out[place]!, document, depth)
    }
  }
  return out
}

/** A field with its tag, as it stands in the bytes. */
interface Part {
  readonly number: number
  readonly bytes: Uint8Array
}

function partsOf(document: Document): Part[] {
  const bytes = document.toBytes()
  const parts: Part[] = []
  for (let at = 0; at < bytes.length; ) {
    const start = at
    at = nextField(bytes, at, bytes.length)
    parts.push({ number: fieldNumber(), bytes: bytes.subarray(start, at) })
  }
  return parts
}

const isContent = (number: number): boolean => number >= FIELD.blob && number <= FIELD.text
/** The identity and place of a document are never taken from another; nor is what a later version may add. */
const isTaken = (number: number): boolean =>
  number > FIELD.id && number !== FIELD.parentId && number <= FIELD.evaluations

function join(left: Document, right: Document, depth: number): Document {
  if (left instanceof NodeDocument && right instanceof NodeDocument) {
    const bytes = joinNodes(left.toBytes(), right.toBytes())
    return SECOND.view(bytes, 0, bytes.length, null)
  }
  return joinLegacy(left.legacy(), right.legacy(), depth)
}

/** The numbers of the fields, one bit each; no field of ours has one beyond 30. */
function fieldBits(bytes: Uint8Array): number {
  let bits = 0
  for (let at = 0; at < bytes.length; ) {
    at = nextField(bytes, at, bytes.length)
    const number = fieldNumber()
    if (number <= 30) bits |= 1 << number
  }
  return bits
}

const bitsOf = (numbers: readonly number[]): number => numbers.reduce((bits, number) => bits | (1 << number), 0)
const TAKEN = bitsOf(Object.values(FIELD).filter(isTaken))
const NESTED = bitsOf([FIELD.chunks, FIELD.matches])

/** Whether the right has nothing that the left has not: then it is not looked at any further. The common case by far. */
function hasAll(left: Document, right: Document): boolean {
  const bits = fieldBits(right.toBytes()) & TAKEN
  return (bits & NESTED) === 0 && (bits & ~fieldBits(left.toBytes())) === 0
}

function joinLegacy(left: Document, right: Document, depth: number): Document {
  if (hasAll(left, right)) return left
  let parts = partsOf(left)
  const has = new Set(parts.map((part) => part.number))
  const missing = partsOf(right).filter(({ number }) => isTaken(number) && !has.has(number))
  // Text, blob and tensor exclude each other, and the left's empty one is filled: so the right's other kind wins.
  if (missing.some((part) => isContent(part.number))) parts = parts.filter((part) => !isContent(part.number))
  parts.push(...missing)
  parts.sort((a, b) => a.number - b.number)
  const joined = Document.view(Buffer.concat(parts.map((part) => part.bytes)))
  for (const name of ['chunks', 'matches'] as const) {
    if (has.has(FIELD[name]) && right[name].length > 0) joined[name] = joinById([left[name], right[name]], depth + 1)
  }
  return joined
}
