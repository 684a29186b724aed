/**
 * One unit of data: a byte range of a DocumentProto whose fields are decoded when they are read, and written again only
 * when they were changed or could have been (design §4). A field nobody touches costs nothing.
 */
import { XserveError } from '../errors.ts'
import { copyStruct, decodeStruct } from '../protobuf/struct.ts'
import type { DocumentArray } from './document-array.ts'
import {
  checkInit,
  checkProperty,
  type DocumentInit,
  type DocumentsInput,
  type Owner,
  UNSET,
  wrongType,
} from './document-init.ts'
import { ExtraFields } from './extra-fields.ts'
import { FIELD, findContents, findContentText, findFloats, findMessage } from './fields.ts'
import { newId } from './id.ts'
import { documentFromJson, documentToJson } from './json.ts'
import { LazyFields } from './lazy-fields.ts'
import { guessMimeType } from './mime.ts'
import type { FieldAccess } from './named-fields.ts'
import { toNdArray } from './nd-array.ts'
import type { Scores } from './scores.ts'
import type { Tensor, TensorInput } from './tensor.ts'

/** Makes the arrays of chunks and matches. Handed in by document-array.ts, since each of the two classes makes the other. */
type MakeArray = (source: Uint8Array | null, contents: readonly Uint8Array[], owner: Owner) => DocumentArray
type TakeArray = (value: unknown, owner: Owner) => DocumentArray
let makeArray: MakeArray
let takeArray: TakeArray
export function connectArrays(make: MakeArray, take: TakeArray): void {
  makeArray = make
  takeArray = take
}

/** Fields of a document, the same whichever docarray dialect it came in. Assigning `undefined` empties a field. */
export class Document extends LazyFields {
  constructor(init: DocumentInit | string = {}) {
    super()
    if (init === UNSET) return
    if (typeof init === 'string') {
      this.id = newId()
      this.text = init
      return
    }
    checkInit(init)
    this.id = init.id ?? newId()
    for (const key in init) {
      if (key === 'id') continue
      checkProperty(key)
      const value = init[key as keyof DocumentInit]
      if (value !== undefined) (this as Record<string, unknown>)[key] = value
    }
  }

  /** A view of DocumentProto bytes from `start` to `end`; they must not change afterwards. */
  static view(source: Uint8Array, start = 0, end = source.length, owner: Owner | null = null): Document {
    const document = new Document(UNSET)
    document.source = source
    document.start = start
    document.end = end
    document.owner = owner
    return document
  }

  /** 32 hex digits unless told otherwise; a document that came without one gets its own when asked. */
  get id(): string {
    const id = this.readText(FIELD.id)
    if (id !== undefined && id !== '') return id
    const own = newId()
    this.set(FIELD.id, own)
    return own
  }
  set id(value: string) {
    this.setText(FIELD.id, 'id', value)
  }

  /** undefined when there is none; the wire does not tell an empty text from none. Setting it empties blob and tensor. */
  get text(): string | undefined {
    if (!this.isKnown(FIELD.text)) this.keep(FIELD.text, findContentText(this.source, this.start, this.end))
    return this.value(FIELD.text) as string | undefined
  }
  set text(value: string | undefined) {
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrongType('text', 'a string', value)
    this.setContent(FIELD.text, value ?? undefined)
  }

  /** Bytes of any kind. Changes in place do not count: assign. Setting it empties text and tensor. */
  get blob(): Uint8Array | undefined {
    if (!this.isKnown(FIELD.blob)) {
      const contents = this.hasContent(FIELD.blob) ? findContents(this.source, this.start, this.end, FIELD.blob) : []
      this.keep(FIELD.blob, contents.at(-1))
    }
    return this.value(FIELD.blob) as Uint8Array | undefined
  }
  set blob(value: Uint8Array | ArrayBuffer | undefined) {
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    if (bytes !== undefined && bytes !== null && !(bytes instanceof Uint8Array))
      throw wrongType('blob', 'a Uint8Array', value)
    this.setContent(FIELD.blob, bytes ?? undefined)
  }

  /** Throws XserveError BAD_TENSOR on reading one that is sparse, complex or of no numeric type. Setting it empties text and blob. */
  get tensor(): Tensor | undefined {
    return this.readArray(FIELD.tensor, 'tensor')
  }
  set tensor(value: TensorInput | undefined) {
    this.setContent(FIELD.tensor, toNdArray(value))
  }

  /** As tensor, but beside whatever the content is. */
  get embedding(): Tensor | undefined {
    return this.readArray(FIELD.embedding, 'embedding')
  }
  set embedding(value: TensorInput | undefined) {
    this.set(FIELD.embedding, toNdArray(value))
  }

  /** How deep below the root. A chunk has one more than its document, whatever it was set to. */
  get granularity(): number {
    return this.owner?.kind === 'chunks' ? this.owner.document.granularity + 1 : this.readUint(FIELD.granularity)
  }
  set granularity(value: number) {
    this.setUint(FIELD.granularity, 'granularity', value)
  }

  /** How far beside. A match has one more than its document, whatever it was set to. */
  get adjacency(): number {
    return this.owner?.kind === 'matches' ? this.owner.document.adjacency + 1 : this.readUint(FIELD.adjacency)
  }
  set adjacency(value: number) {
    this.setUint(FIELD.adjacency, 'adjacency', value)
  }

  /** Id of the document that this one is a chunk of. */
  get parentId(): string | undefined {
    return this.owner?.kind === 'chunks' ? this.owner.document.id : this.readText(FIELD.parentId)
  }
  set parentId(value: string | undefined) {
    this.setText(FIELD.parentId, 'parentId', value)
  }

  /** @internal Puts it among the chunks or matches of a document. Throws XserveError BAD_DOCUMENT when it would contain itself. */
  adopt(owner: Owner): void {
    for (let above: Document | undefined = owner.document; above; above = above.owner?.document) {
      if (above === this) throw new XserveError('BAD_DOCUMENT', `a document cannot be among its own ${owner.kind}`)
    }
    this.owner = owner
  }

  /** @internal Sets the numbers that tell its place, where the bytes have others. */
  settle(owner: Owner): void {
    const { document } = owner
    if (owner.kind === 'matches') {
      if (this.readUint(FIELD.adjacency) !== document.adjacency + 1) this.adjacency = document.adjacency + 1
      return
    }
    if (this.readUint(FIELD.granularity) !== document.granularity + 1) this.granularity = document.granularity + 1
    if (this.readText(FIELD.parentId) !== document.id) this.parentId = document.id
  }

  /** 32-bit float on the wire; 0 is not told from none. */
  get weight(): number | undefined {
    return this.readFloat(FIELD.weight)
  }
  set weight(value: number | undefined) {
    this.setFloat(FIELD.weight, 'weight', value)
  }

  /** Setting it sets mimeType by the suffix, unless there is one. */
  get uri(): string | undefined {
    return this.readText(FIELD.uri)
  }
  set uri(value: string | undefined) {
    this.setText(FIELD.uri, 'uri', value)
    if (value && !this.mimeType) {
      const guess = guessMimeType(value)
      if (guess !== '') this.mimeType = guess
    }
  }

  /** What kind of data it is, as `image`. */
  get modality(): string | undefined {
    return this.readText(FIELD.modality)
  }
  set modality(value: string | undefined) {
    this.setText(FIELD.modality, 'modality', value)
  }

  get mimeType(): string | undefined {
    return this.readText(FIELD.mimeType)
  }
  set mimeType(value: string | undefined) {
    this.setText(FIELD.mimeType, 'mimeType', value)
  }

  /** 32-bit float on the wire; 0 is not told from none. */
  get offset(): number | undefined {
    return this.readFloat(FIELD.offset)
  }
  set offset(value: number | undefined) {
    this.setFloat(FIELD.offset, 'offset', value)
  }

  /** Place of a chunk in its parent; changes in place count. */
  get location(): number[] {
    if (!this.isKnown(FIELD.location))
      this.set(FIELD.location, findFloats(this.source, this.start, this.end, FIELD.location))
    return this.value(FIELD.location) as number[]
  }
  set location(value: readonly number[] | undefined) {
    if (value && (!Array.isArray(value) || value.some((item) => typeof item !== 'number')))
      throw wrongType('location', 'a list of numbers', value)
    this.set(FIELD.location, value ? [...value] : [])
  }

  /** What JSON can hold, by name; changes in place count. Numbers are doubles. */
  // biome-ignore lint/suspicious/noExplicitAny: tags are whatever was put in; reading `doc.tags.ms` must need no cast
  get tags(): Record<string, any> {
    if (!this.isKnown(FIELD.tags)) {
      const bytes = findMessage(this.source, this.start, this.end, FIELD.tags)
      this.set(FIELD.tags, bytes ? decodeStruct(bytes) : {})
    }
    return this.value(FIELD.tags) as Record<string, unknown>
  }
  set tags(value: Record<string, unknown> | undefined) {
    if (value !== undefined && (typeof value !== 'object' || Array.isArray(value)))
      throw wrongType('tags', 'an object', value)
    // What the caller does with the object afterwards is no change of the document, as in docarray.
    this.set(FIELD.tags, value ? copyStruct(value) : {})
  }

  /** Changes in place count. */
  get scores(): Scores {
    return this.readScores(FIELD.scores)
  }
  set scores(value: Scores | undefined) {
    this.set(FIELD.scores, value ?? {})
  }

  /** Changes in place count. */
  get evaluations(): Scores {
    return this.readScores(FIELD.evaluations)
  }
  set evaluations(value: Scores | undefined) {
    this.set(FIELD.evaluations, value ?? {})
  }

  #children(number: number, kind: Owner['kind']): DocumentArray {
    if (!this.isKnown(number)) {
      const contents = findContents(this.source, this.start, this.end, number)
      this.set(number, makeArray(this.source, contents, { document: this, kind }))
    }
    return this.value(number) as DocumentArray
  }

  /** Parts of this document; changes in place count. What is put in gets this document as its parent. */
  get chunks(): DocumentArray {
    return this.#children(FIELD.chunks, 'chunks')
  }
  set chunks(value: DocumentsInput | undefined) {
    this.set(FIELD.chunks, takeArray(value ?? [], { document: this, kind: 'chunks' }))
  }

  /** Documents found for this one; changes in place count. */
  get matches(): DocumentArray {
    return this.#children(FIELD.matches, 'matches')
  }
  set matches(value: DocumentsInput | undefined) {
    this.set(FIELD.matches, takeArray(value ?? [], { document: this, kind: 'matches' }))
  }

  /** @internal */
  override openAccess(): FieldAccess {
    return new ExtraFields(this)
  }

  /** @internal The same as a document of the first dialect. */
  legacy(): Document {
    return this
  }

  /** The fields that are set, by Jina's names: blobs in base64, tensors as nested lists. */
  toJSON(): Record<string, unknown> {
    return documentToJson(this)
  }

  /** Names in snake_case or camelCase. Throws XserveError BAD_DOCUMENT with the path of what is wrong. */
  static fromJSON(value: unknown): Document {
    return new Document(documentFromJson(value))
  }
}
