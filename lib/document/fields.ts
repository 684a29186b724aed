/** Numbers of DocumentProto's fields (Jina facts §1.8), and looking one up in a document's bytes. */
import { malformed, Reader } from '../protobuf/reader.ts'

export const FIELD = {
  id: 1,
  blob: 2,
  tensor: 3,
  text: 4,
  granularity: 5,
  adjacency: 6,
  parentId: 7,
  weight: 8,
  uri: 9,
  modality: 10,
  mimeType: 11,
  offset: 12,
  location: 13,
  chunks: 14,
  matches: 15,
  embedding: 16,
  tags: 17,
  scores: 18,
  evaluations: 19,
} as const

export const LAST_FIELD = 20

const isContent = (number: number): boolean => number >= FIELD.blob && number <= FIELD.text

/** The fields with this number, tags read: for each the reader stands before the content. A later content field (blob, tensor, text) undoes an earlier one. */
function findAll(bytes: Uint8Array, start: number, end: number, number: number, found: (reader: Reader, tag: number) => void): void {
  const reader = new Reader(bytes, start, end)
  while (reader.at < end) {
    const tag = reader.tag()
    if (Math.floor(tag / 8) !== number) {
      reader.skip(tag)
      continue
    }
    const at = reader.at
    reader.skip(tag)
    const next = reader.at
    reader.at = at
    found(reader, tag)
    reader.at = next
  }
}

/** Number of the content field (blob, tensor or text) that counts; 0 when there is none. */
export function contentField(bytes: Uint8Array, start: number, end: number): number {
  const reader = new Reader(bytes, start, end)
  let last = 0
  while (reader.at < end) {
    const tag = reader.tag()
    const number = Math.floor(tag / 8)
    if (isContent(number)) last = number
    reader.skip(tag)
  }
  return last
}

function expectType(tag: number, type: number, number: number): void {
  if (tag % 8 !== type) throw malformed(`field ${number} of a document has wire type ${tag % 8}`)
}

export function findText(bytes: Uint8Array, start: number, end: number, number: number): string | undefined {
  let text: string | undefined
  findAll(bytes, start, end, number, (reader, tag) => {
    expectType(tag, 2, number)
    text = reader.text()
  })
  return text
}

export function findUint(bytes: Uint8Array, start: number, end: number, number: number): number | undefined {
  let value: number | undefined
  findAll(bytes, start, end, number, (reader, tag) => {
    expectType(tag, 0, number)
    value = reader.varint() >>> 0
  })
  return value
}

export function findFloat(bytes: Uint8Array, start: number, end: number, number: number): number | undefined {
  let value: number | undefined
  findAll(bytes, start, end, number, (reader, tag) => {
    expectType(tag, 5, number)
    value = reader.float()
  })
  return value
}

/** Contents of every field with this number, as views. */
export function findContents(bytes: Uint8Array, start: number, end: number, number: number): Uint8Array[] {
  const contents: Uint8Array[] = []
  findAll(bytes, start, end, number, (reader, tag) => {
    expectType(tag, 2, number)
    contents.push(reader.content())
  })
  return contents
}

/** A message field told several times is their merge, which is what the contents in a row mean. */
export function findMessage(bytes: Uint8Array, start: number, end: number, number: number): Uint8Array | undefined {
  const contents = findContents(bytes, start, end, number)
  return contents.length > 1 ? Buffer.concat(contents) : contents[0]
}

/** Repeated floats, packed or one by one. */
export function findFloats(bytes: Uint8Array, start: number, end: number, number: number): number[] {
  const values: number[] = []
  findAll(bytes, start, end, number, (reader, tag) => {
    if (tag % 8 === 5) values.push(reader.float())
    else {
      expectType(tag, 2, number)
      for (const packed = reader.nested(); !packed.done; ) values.push(packed.float())
    }
  })
  return values
}
