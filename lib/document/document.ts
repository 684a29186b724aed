/**
 * One unit of data: a byte range of a DocumentProto whose fields are decoded when they are read, and written again only
 * when they were changed or could have been (design §4). A field nobody touches costs nothing.
 */

import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import { decodeStruct } from '../protobuf/struct.ts'
import type { DocumentArray } from './document-array.ts'
import { checkProperty, type DocumentInit, type DocumentsInput, type Owner, UNSET, wrongType } from './document-init.ts'
import { encodeDocument } from './encode-document.ts'
import {
  contentField,
  FIELD,
  findContents,
  findFloat,
  findFloats,
  findMessage,
  findText,
  findUint,
  LAST_FIELD,
} from './fields.ts'
import { newId } from './id.ts'
import { documentFromJson, documentToJson } from './json.ts'
import { guessMimeType } from './mime.ts'
import { type NdArray, readNdArray } from './nd-array.ts'
import { readScore, type Scores } from './scores.ts'
import { Tensor, type TensorInput } from './tensor.ts'

/** Makes the arrays of chunks and matches. Handed in by document-array.ts, since each of the two classes makes the other. */
type MakeArray = (source: Uint8Array | null, contents: readonly Uint8Array[], owner: Owner) => DocumentArray
type TakeArray = (value: unknown, owner: Owner) => DocumentArray
let makeArray: MakeArray
let takeArray: TakeArray
export function connectArrays(make: MakeArray, take: TakeArray): void {
  makeArray = make
  takeArray = take
}

const bit = (number: number): number => 1 << number
const CONTENT = bit(FIELD.blob) | bit(FIELD.tensor) | bit(FIELD.text)
const EMPTY = new Uint8Array(0)

/** A document of the first docarray dialect. Assigning `undefined` empties a field. */
export class Document {
  #source: Uint8Array = EMPTY
  #start = 0
  #end = 0
  /** Fields whose value is in #values. */
  #known = 0
  /** Fields that the source no longer tells: they are written from #values. */
  #dirty = 0
  #values: unknown[] | null = null

  constructor(init: DocumentInit | string = {}) {
    if (init === UNSET) return
    if (typeof init === 'string') {
      this.id = newId()
      this.text = init
      return
    }
    this.id = init.id ?? newId()
    for (const key in init) {
      if (key === 'id') continue
      checkProperty(key)
      const value = init[key as keyof DocumentInit]
      if (value !== undefined) (this as Record<string, unknown>)[key] = value
    }
  }

  /** A view of DocumentProto bytes from `start` to `end`; they must not change afterwards. */
  static view(source: Uint8Array, start = 0, end = source.length): Document {
    const document = new Document(UNSET)
    document.#source = source
    document.#start = start
    document.#end = end
    return document
  }

  /** Whether its bytes still say all there is. */
  get isUntouched(): boolean {
    return this.#dirty === 0
  }

  #keep(number: number, value: unknown): void {
    this.#known |= bit(number)
    ;(this.#values ??= new Array<unknown>(LAST_FIELD))[number] = value
  }

  #set(number: number, value: unknown): void {
    this.#dirty |= bit(number)
    this.#keep(number, value)
  }

  #isKnown(number: number): boolean {
    return (this.#known & bit(number)) !== 0
  }

  #text(number: number): string | undefined {
    if (!this.#isKnown(number)) this.#keep(number, findText(this.#source, this.#start, this.#end, number) || undefined)
    return this.#values![number] as string | undefined
  }

  #setText(number: number, name: string, value: string | undefined): void {
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrongType(name, 'a string', value)
    this.#set(number, value ?? undefined)
  }

  #number(number: number): number | undefined {
    if (!this.#isKnown(number)) this.#keep(number, findFloat(this.#source, this.#start, this.#end, number))
    return this.#values![number] as number | undefined
  }

  #setNumber(number: number, name: string, value: number | undefined): void {
    if (value !== undefined && value !== null && typeof value !== 'number') throw wrongType(name, 'a number', value)
    this.#set(number, value ?? undefined)
  }

  #uint(number: number): number {
    if (!this.#isKnown(number)) this.#keep(number, findUint(this.#source, this.#start, this.#end, number) ?? 0)
    return this.#values![number] as number
  }

  #setUint(number: number, name: string, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw wrongType(name, 'a whole number from 0 to 4294967295', value)
    this.#set(number, value)
  }

  /** 32 hex digits unless told otherwise. */
  get id(): string {
    return this.#text(FIELD.id) ?? ''
  }
  set id(value: string) {
    this.#setText(FIELD.id, 'id', value)
  }

  /** One of text, blob and tensor counts: reading another gives undefined. */
  #hasContent(number: number): boolean {
    return contentField(this.#source, this.#start, this.#end) === number
  }

  /** One of text, blob and tensor counts: setting one empties the others. */
  #setContent(number: number, value: unknown): void {
    this.#known |= CONTENT
    this.#dirty |= CONTENT
    const values = (this.#values ??= new Array<unknown>(LAST_FIELD))
    values[FIELD.blob] = values[FIELD.tensor] = values[FIELD.text] = undefined
    values[number] = value
  }

  /** undefined when there is none; the wire does not tell an empty text from none. Setting it empties blob and tensor. */
  get text(): string | undefined {
    if (!this.#isKnown(FIELD.text)) {
      this.#keep(
        FIELD.text,
        this.#hasContent(FIELD.text) ? findText(this.#source, this.#start, this.#end, FIELD.text) : undefined,
      )
    }
    return this.#values![FIELD.text] as string | undefined
  }
  set text(value: string | undefined) {
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrongType('text', 'a string', value)
    this.#setContent(FIELD.text, value ?? undefined)
  }

  /** Bytes of any kind. Changes in place do not count: assign. Setting it empties text and tensor. */
  get blob(): Uint8Array | undefined {
    if (!this.#isKnown(FIELD.blob)) {
      const contents = this.#hasContent(FIELD.blob)
        ? findContents(this.#source, this.#start, this.#end, FIELD.blob)
        : []
      this.#keep(FIELD.blob, contents.at(-1))
    }
    return this.#values![FIELD.blob] as Uint8Array | undefined
  }
  set blob(value: Uint8Array | ArrayBuffer | undefined) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    if (bytes !== undefined && bytes !== null && !(bytes instanceof Uint8Array))
      throw wrongType('blob', 'a Uint8Array', value)
    this.#setContent(FIELD.blob, bytes ?? undefined)
  }

  #array(number: number, name: string): Tensor | undefined {
    if (!this.#isKnown(number)) {
      const content = number === FIELD.tensor && !this.#hasContent(number)
      const bytes = content ? undefined : findMessage(this.#source, this.#start, this.#end, number)
      const array = bytes && readNdArray(bytes, name)
      this.#keep(number, array)
      // Its elements may be changed in place.
      if (array) this.#dirty |= bit(number)
    }
    return (this.#values![number] as NdArray | undefined)?.tensor
  }

  #arrayOf(value: TensorInput | undefined, before: NdArray | undefined): NdArray | undefined {
    if (value === undefined || value === null) return undefined
    const nested = Array.isArray(value) || typeof value === 'number'
    return { tensor: Tensor.from(value), className: nested ? 'list' : (before?.className ?? ''), parameters: null }
  }

  /** Throws XserveError BAD_TENSOR on reading one that is sparse, complex or of no numeric type. Setting it empties text and blob. */
  get tensor(): Tensor | undefined {
    return this.#array(FIELD.tensor, 'tensor')
  }
  set tensor(value: TensorInput | undefined) {
    this.#setContent(FIELD.tensor, this.#arrayOf(value, undefined))
  }

  /** As tensor, but beside whatever the content is. */
  get embedding(): Tensor | undefined {
    return this.#array(FIELD.embedding, 'embedding')
  }
  set embedding(value: TensorInput | undefined) {
    this.#set(FIELD.embedding, this.#arrayOf(value, undefined))
  }

  /** How deep below the root: chunks of a document have one more than it. */
  get granularity(): number {
    return this.#uint(FIELD.granularity)
  }
  set granularity(value: number) {
    this.#setUint(FIELD.granularity, 'granularity', value)
  }

  /** How far beside: matches of a document have one more than it. */
  get adjacency(): number {
    return this.#uint(FIELD.adjacency)
  }
  set adjacency(value: number) {
    this.#setUint(FIELD.adjacency, 'adjacency', value)
  }

  /** Id of the document that this one is a chunk of. */
  get parentId(): string | undefined {
    return this.#text(FIELD.parentId)
  }
  set parentId(value: string | undefined) {
    this.#setText(FIELD.parentId, 'parentId', value)
  }

  /** 32-bit float on the wire; 0 is not told from none. */
  get weight(): number | undefined {
    return this.#number(FIELD.weight)
  }
  set weight(value: number | undefined) {
    this.#setNumber(FIELD.weight, 'weight', value)
  }

  /** Setting it sets mimeType by the suffix, unless there is one. */
  get uri(): string | undefined {
    return this.#text(FIELD.uri)
  }
  set uri(value: string | undefined) {
    this.#setText(FIELD.uri, 'uri', value)
    if (value && !this.mimeType) {
      const guess = guessMimeType(value)
      if (guess !== '') this.mimeType = guess
    }
  }

  /** What kind of data it is, as `image`. */
  get modality(): string | undefined {
    return this.#text(FIELD.modality)
  }
  set modality(value: string | undefined) {
    this.#setText(FIELD.modality, 'modality', value)
  }

  get mimeType(): string | undefined {
    return this.#text(FIELD.mimeType)
  }
  set mimeType(value: string | undefined) {
    this.#setText(FIELD.mimeType, 'mimeType', value)
  }

  /** 32-bit float on the wire; 0 is not told from none. */
  get offset(): number | undefined {
    return this.#number(FIELD.offset)
  }
  set offset(value: number | undefined) {
    this.#setNumber(FIELD.offset, 'offset', value)
  }

  /** Place of a chunk in its parent; changes in place count. */
  get location(): number[] {
    if (!this.#isKnown(FIELD.location))
      this.#set(FIELD.location, findFloats(this.#source, this.#start, this.#end, FIELD.location))
    return this.#values![FIELD.location] as number[]
  }
  set location(value: readonly number[] | undefined) {
    if (value && (!Array.isArray(value) || value.some((item) => typeof item !== 'number')))
      throw wrongType('location', 'a list of numbers', value)
    this.#set(FIELD.location, value ? [...value] : [])
  }

  /** What JSON can hold, by name; changes in place count. Numbers are doubles. */
  get tags(): Record<string, any> {
    if (!this.#isKnown(FIELD.tags)) {
      const bytes = findMessage(this.#source, this.#start, this.#end, FIELD.tags)
      this.#set(FIELD.tags, bytes ? decodeStruct(bytes) : {})
    }
    return this.#values![FIELD.tags] as Record<string, unknown>
  }
  set tags(value: Record<string, unknown> | undefined) {
    if (value !== undefined && (typeof value !== 'object' || Array.isArray(value)))
      throw wrongType('tags', 'an object', value)
    this.#set(FIELD.tags, value ?? {})
  }

  #scores(number: number): Scores {
    if (!this.#isKnown(number)) {
      const scores: Scores = {}
      for (const entry of findContents(this.#source, this.#start, this.#end, number)) readScore(entry, scores)
      this.#set(number, scores)
    }
    return this.#values![number] as Scores
  }

  /** Changes in place count. */
  get scores(): Scores {
    return this.#scores(FIELD.scores)
  }
  set scores(value: Scores | undefined) {
    this.#set(FIELD.scores, value ?? {})
  }

  /** Changes in place count. */
  get evaluations(): Scores {
    return this.#scores(FIELD.evaluations)
  }
  set evaluations(value: Scores | undefined) {
    this.#set(FIELD.evaluations, value ?? {})
  }

  #children(number: number, kind: Owner['kind']): DocumentArray {
    if (!this.#isKnown(number)) {
      const contents = findContents(this.#source, this.#start, this.#end, number)
      this.#set(number, makeArray(this.#source, contents, { document: this, kind }))
    }
    return this.#values![number] as DocumentArray
  }

  /** Parts of this document; changes in place count. What is put in gets this document as its parent. */
  get chunks(): DocumentArray {
    return this.#children(FIELD.chunks, 'chunks')
  }
  set chunks(value: DocumentsInput | undefined) {
    this.#set(FIELD.chunks, takeArray(value ?? [], { document: this, kind: 'chunks' }))
  }

  /** Documents found for this one; changes in place count. */
  get matches(): DocumentArray {
    return this.#children(FIELD.matches, 'matches')
  }
  set matches(value: DocumentsInput | undefined) {
    this.#set(FIELD.matches, takeArray(value ?? [], { document: this, kind: 'matches' }))
  }

  /** The fields that are set, by Jina's names: blobs in base64, tensors as nested lists. */
  toJSON(): Record<string, unknown> {
    return documentToJson(this)
  }

  /** Names in snake_case or camelCase. Throws XserveError BAD_DOCUMENT with the path of what is wrong. */
  static fromJSON(value: unknown): Document {
    return new Document(documentFromJson(value))
  }

  /** Writes the content of this document's DocumentProto, back to front. */
  writeTo(writer: ReverseWriter): void {
    if (this.#dirty === 0) writer.raw(this.#source, this.#start, this.#end)
    else encodeDocument(writer, this.#source, this.#start, this.#end, this.#dirty, this.#values!)
  }
}
