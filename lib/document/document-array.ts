/** An ordered collection of documents, the argument and result of a method; documents are made when they are asked for. */
import { XserveError } from '../errors.ts'
import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import { MAX_DEPTH, tooDeep } from './depth.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { connectArrays, Document } from './document.ts'
import { checkInput, type DocumentInit, type Owner } from './document-init.ts'
import { IndexAccessors } from './index-accessors.ts'
import { documentsFromJson } from './json.ts'
import { documentsAt } from './traversal.ts'

/** What may be put into an array: a string is a document with that text. */
export type DocumentInput = Document | DocumentInit | string

/** docarray's first dialect, in which new documents are written unless they answer one of the second. */
export const FIRST: Dialect = {
  name: 'v1',
  view: Document.view,
  write(writer, document, owner) {
    const written = document.legacy()
    if (owner) written.settle(owner)
    written.writeTo(writer)
  },
}

/** Levels of chunks and matches above the one that is being written. */
let depth = 0

/** Documents in order: an index gives one, iteration all; `push`, `map`, `filter` and the like are as an Array's. */
export class DocumentArray implements Iterable<Document> {
  /** By number; `docs[0] = 'text'` sets the text of the document there, or appends one at the end. */
  // biome-ignore lint/suspicious/noExplicitAny: reading gives a Document, writing takes a text, too; TypeScript has one type for both
  [index: number]: any

  /** null: not made yet, its bytes are in the source. */
  #items: (Document | null)[] = []
  #source: Uint8Array | null = null
  /** Start and end of each document in the source. */
  #bounds: number[] = []
  #reshaped = false
  #owner: Owner | null = null
  #dialect: Dialect | null = null

  constructor(documents: Iterable<DocumentInput> = []) {
    for (const document of typeof documents === 'string' ? [documents] : documents) this.push(document)
  }

  /** An array of `count` documents with nothing but an id. */
  static empty(count = 0): DocumentArray {
    return new DocumentArray(Array.from({ length: count }, () => new Document()))
  }

  static from(documents: Iterable<DocumentInput>): DocumentArray {
    return new DocumentArray(documents)
  }

  /** A list of what Document.fromJSON takes. Throws XserveError BAD_DOCUMENT with the path of what is wrong. */
  static fromJSON(value: unknown): DocumentArray {
    return new DocumentArray(documentsFromJson(value))
  }

  toJSON(): Record<string, unknown>[] {
    return this.map((document) => document.toJSON())
  }

  /** Documents at these places (start, end, start, end, …) of bytes that must not change. */
  static view(source: Uint8Array, bounds: number[], dialect: Dialect | null = FIRST): DocumentArray {
    const array = new DocumentArray()
    array.#source = source
    array.#dialect = dialect
    array.#bounds = bounds
    array.#items = new Array<Document | null>(bounds.length / 2).fill(null)
    accessors.grow(array.#items.length + 1)
    return array
  }

  /** @internal Documents that stand on their own in bytes, as chunks of `owner`. */
  static owned(contents: readonly Uint8Array[], owner: Owner, dialect: Dialect = FIRST): DocumentArray {
    const array = new DocumentArray()
    array.#items = contents.map((bytes) => dialect.view(bytes, 0, bytes.length, owner))
    array.#owner = owner
    array.#dialect = dialect
    accessors.grow(array.#items.length + 1)
    return array
  }

  /** @internal The given documents as chunks or matches of `owner`. */
  static adopt(value: unknown, owner: Owner): DocumentArray {
    const iterable = typeof value === 'object' && value !== null && Symbol.iterator in value
    if (!iterable) throw new XserveError('BAD_DOCUMENT', `${owner.kind} must be a DocumentArray or a list of Documents`)
    if (value instanceof DocumentArray && value.#owner?.document === owner.document && value.#owner.kind === owner.kind)
      return value
    const array = new DocumentArray()
    array.#owner = owner
    for (const document of value as Iterable<DocumentInput>) array.push(document)
    return array
  }

  get length(): number {
    return this.#items.length
  }

  /** The dialect that it came in, which it is written in unless told otherwise; undefined when it came from nowhere. */
  get dialect(): DialectName | undefined {
    return this.#dialect?.name
  }

  /** @internal Makes it one that came in the dialect of another. */
  like(other: DocumentArray | undefined): this {
    this.#dialect = other ? other.#dialect : null
    return this
  }

  /** Whether these are the documents of the source in its order, and none was touched. */
  get isUntouched(): boolean {
    return !this.#reshaped && this.#items.every((document) => document === null || document.isUntouched)
  }

  /** The bytes that this array is a view of; null when it is none. */
  get source(): Uint8Array | null {
    return this.#source
  }

  #get(index: number): Document | undefined {
    const items = this.#items
    const item = items[index]
    if (item !== null) return item
    const dialect = this.#dialect ?? FIRST
    const made = dialect.view(this.#source!, this.#bounds[index * 2]!, this.#bounds[index * 2 + 1]!, null)
    items[index] = made
    return made
  }

  /** @internal What an index accessor reads. */
  getAt(index: number): Document | undefined {
    return this.#get(index)
  }

  /** @internal What an index accessor does on writing. */
  setAt(index: number, value: DocumentInput): void {
    const { length } = this.#items
    if (index > length) throw new XserveError('BAD_DOCUMENT', `there is no document ${index}: the array has ${length}`)
    if (index === length) {
      this.push(value)
      return
    }
    if (typeof value === 'string') this.#get(index)!.text = value
    else {
      this.#items[index] = this.#taken(value)
      this.#reshaped = true
    }
  }

  #taken(value: DocumentInput): Document {
    const document = value instanceof Document ? value : new Document(checkInput(value))
    if (this.#owner) document.adopt(this.#owner)
    return document
  }

  /** The document at a place, from the end when negative. */
  at(index: number): Document | undefined {
    return this.#get(index < 0 ? index + this.#items.length : index)
  }

  byId(id: string): Document | undefined {
    return this.find((document) => document.id === id)
  }

  /** The new length. */
  push(...documents: DocumentInput[]): number {
    for (const document of documents) this.#items.push(this.#taken(document))
    if (documents.length > 0) this.#reshaped = true
    accessors.grow(this.#items.length + 1)
    return this.#items.length
  }

  extend(documents: Iterable<DocumentInput>): this {
    for (const document of [...documents]) this.push(document)
    return this
  }

  pop(): Document | undefined {
    const last = this.at(-1)
    if (last) this.#cut(() => this.#items.pop())
    return last
  }

  clear(): void {
    this.#cut(() => this.#items.splice(0))
  }

  /** Removes, inserts, and returns what was removed, as Array's splice. */
  splice(start: number, count = this.#items.length, ...documents: DocumentInput[]): Document[] {
    const taken = documents.map((document) => this.#taken(document))
    let removed: Document[] = []
    this.#cut(() => {
      removed = this.#items.splice(start, count, ...taken) as Document[]
    })
    return removed
  }

  /** Places move: from now on the documents stand for themselves. */
  #cut(change: () => void): void {
    for (let i = 0; i < this.#items.length; i++) this.#get(i)
    this.#reshaped = true
    change()
    accessors.grow(this.#items.length + 1)
  }

  /** The texts, '' where a document has none. */
  get texts(): string[] {
    return this.map((document) => document.text ?? '')
  }
  /** One text for each document. */
  set texts(values: readonly string[]) {
    if (values.length !== this.length)
      throw new XserveError('BAD_DOCUMENT', `${values.length} texts for ${this.length} documents`)
    for (const [index, text] of values.entries()) this.#get(index)!.text = text
  }

  *[Symbol.iterator](): IterableIterator<Document> {
    for (let i = 0; i < this.#items.length; i++) yield this.#get(i)!
  }

  /** A new array of the same documents. */
  slice(start?: number, end?: number): DocumentArray {
    return new DocumentArray([...this].slice(start, end)).like(this)
  }

  filter(keep: (document: Document, index: number) => boolean): DocumentArray {
    return new DocumentArray([...this].filter(keep)).like(this)
  }

  /** Arrays of at most `size` documents in order, over the same documents. Throws XserveError BAD_ARGUMENT for a size below 1. */
  *batches(size: number): IterableIterator<DocumentArray> {
    if (!Number.isInteger(size) || size < 1)
      throw new XserveError('BAD_ARGUMENT', `a batch has a whole number of documents, at least 1, not ${size}`)
    for (let start = 0; start < this.length; start += size) yield this.slice(start, start + size)
  }

  /**
   * All documents at the ends of these paths, path after path: `r` these documents, `c` chunks, `m` matches, `cc` chunks of
   * chunks, `r,m` both. As docarray's `docs['@r,m']`; a leading @ may be written. Throws XserveError BAD_ARGUMENT.
   */
  traverse(paths: string): DocumentArray {
    return new DocumentArray(documentsAt(this, paths)).like(this)
  }

  map<T>(convert: (document: Document, index: number) => T): T[] {
    const out: T[] = []
    for (let i = 0; i < this.#items.length; i++) out.push(convert(this.#get(i)!, i))
    return out
  }

  forEach(action: (document: Document, index: number) => void): void {
    for (let i = 0; i < this.#items.length; i++) action(this.#get(i)!, i)
  }

  find(wanted: (document: Document, index: number) => boolean): Document | undefined {
    for (let i = 0; i < this.#items.length; i++) if (wanted(this.#get(i)!, i)) return this.#get(i)
    return undefined
  }

  /** @internal Every document as field `number`, back to front; chunks and matches with the numbers of their place. */
  writeDocuments(writer: ReverseWriter, number: number, dialect: Dialect = this.#dialect ?? FIRST): void {
    if (this.#owner === null) {
      this.#writeItems(writer, number, dialect)
      return
    }
    if (depth === MAX_DEPTH) throw tooDeep()
    depth++
    try {
      this.#writeItems(writer, number, dialect)
    } finally {
      depth--
    }
  }

  #writeItems(writer: ReverseWriter, number: number, dialect: Dialect): void {
    const same = dialect === (this.#dialect ?? FIRST)
    for (let i = this.#items.length - 1; i >= 0; i--) {
      const before = writer.length
      const item = this.#items[i]
      if (item || !same) dialect.write(writer, this.#get(i)!, this.#owner)
      else writer.raw(this.#source!, this.#bounds[i * 2]!, this.#bounds[i * 2 + 1]!)
      writer.close(number, before)
    }
  }
}

const accessors = new IndexAccessors(DocumentArray.prototype)
// `docs[length] = 'text'` appends: there must be an accessor behind the last document, too.
accessors.grow(64)

connectArrays((_, contents, owner) => DocumentArray.owned(contents, owner), DocumentArray.adopt)
