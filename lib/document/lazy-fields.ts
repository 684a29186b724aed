/** The state below a Document: bytes whose fields are decoded when they are read, and which fields no longer follow them. */
import { encodeWith, type ReverseWriter } from '../protobuf/reverse-writer.ts'
import type { Owner } from './document-init.ts'
import { wrongType } from './document-init.ts'
import { encodeDocument } from './encode-document.ts'
import {
  contentField,
  EXTRAS,
  FIELD,
  findContents,
  findFloat,
  findMessage,
  findText,
  findUint,
  LAST_FIELD,
  NAMED,
} from './fields.ts'
import { type FieldAccess, type NamedFields, openFields } from './named-fields.ts'
import { type NdArray, readNdArray } from './nd-array.ts'
import { readScore, type Scores } from './scores.ts'
import type { Tensor } from './tensor.ts'
import type { Node } from './v2/node.ts'

const bit = (number: number): number => 1 << number
const CONTENT = bit(FIELD.blob) | bit(FIELD.tensor) | bit(FIELD.text)
const EMPTY = new Uint8Array(0)

/** Fields by number, read from bytes once; what was changed, or could have been, is written anew. */
export abstract class LazyFields {
  /** @internal Kinds of nodes that the class of the document has declared, by name; null: none has been. */
  declare kinds: ReadonlyMap<string, Node> | null

  /** @internal How fields are written in the second dialect, where their values leave a choice. */
  declareKinds(kinds: ReadonlyMap<string, Node>): void {
    this.kinds = kinds
  }

  /** @internal */ protected source: Uint8Array = EMPTY
  /** @internal */ protected start = 0
  /** @internal */ protected end = 0
  /** Fields whose value is in `values`. */
  #known = 0
  /** Fields that the source no longer tells: they are written from `values`. */
  #dirty = 0
  #values: unknown[] | null = null
  /** The document whose chunks or matches this one was put into last. */
  protected owner: Owner | null = null

  /** Whether its bytes still say all there is. */
  get isUntouched(): boolean {
    return this.#dirty === 0
  }

  /** @internal Whether it was made here, so that nobody knows yet in which dialect it will leave. */
  get isNew(): boolean {
    return this.end === this.start
  }

  protected keep(number: number, value: unknown): void {
    this.#known |= bit(number)
    ;(this.#values ??= new Array<unknown>(LAST_FIELD))[number] = value
  }

  protected set(number: number, value: unknown): void {
    this.#dirty |= bit(number)
    this.keep(number, value)
  }

  protected isKnown(number: number): boolean {
    return (this.#known & bit(number)) !== 0
  }

  /** Only of a field that is known. */
  protected value(number: number): unknown {
    return this.#values![number]
  }

  protected readText(number: number): string | undefined {
    if (!this.isKnown(number)) this.keep(number, findText(this.source, this.start, this.end, number) || undefined)
    return this.value(number) as string | undefined
  }

  protected setText(number: number, name: string, value: string | undefined): void {
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrongType(name, 'a string', value)
    this.set(number, value ?? undefined)
  }

  protected readFloat(number: number): number | undefined {
    if (!this.isKnown(number)) this.keep(number, findFloat(this.source, this.start, this.end, number))
    return this.value(number) as number | undefined
  }

  protected setFloat(number: number, name: string, value: number | undefined): void {
    if (value !== undefined && value !== null && typeof value !== 'number') throw wrongType(name, 'a number', value)
    this.set(number, value ?? undefined)
  }

  protected readUint(number: number): number {
    if (!this.isKnown(number)) this.keep(number, findUint(this.source, this.start, this.end, number) ?? 0)
    return this.value(number) as number
  }

  protected setUint(number: number, name: string, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw wrongType(name, 'a whole number from 0 to 4294967295', value)
    this.set(number, value)
  }

  /** One of text, blob and tensor counts: reading another gives undefined. */
  protected hasContent(number: number): boolean {
    return contentField(this.source, this.start, this.end) === number
  }

  /** One of text, blob and tensor counts: setting one empties the others. */
  protected setContent(number: number, value: unknown): void {
    this.#known |= CONTENT
    this.#dirty |= CONTENT
    this.#values ??= new Array<unknown>(LAST_FIELD)
    const values = this.#values
    values[FIELD.blob] = undefined
    values[FIELD.tensor] = undefined
    values[FIELD.text] = undefined
    values[number] = value
  }

  /** An array is written anew once it was read: its elements may be changed in place. */
  protected readArray(number: number, name: string): Tensor | undefined {
    if (!this.isKnown(number)) {
      const none = number === FIELD.tensor && !this.hasContent(number)
      const bytes = none ? undefined : findMessage(this.source, this.start, this.end, number)
      const array = bytes && readNdArray(bytes, name)
      if (array === undefined) this.keep(number, undefined)
      else if (number === FIELD.tensor) this.setContent(number, array)
      else this.set(number, array)
    }
    return (this.value(number) as NdArray | undefined)?.tensor
  }

  protected readScores(number: number): Scores {
    if (!this.isKnown(number)) {
      const scores: Scores = {}
      for (const entry of findContents(this.source, this.start, this.end, number)) readScore(entry, scores)
      this.set(number, scores)
    }
    return this.value(number) as Scores
  }

  /** @internal Where fields by name are kept. */
  abstract openAccess(): FieldAccess

  /**
   * The fields by the names that the wire has for them, the typed ones of docarray's second dialect included; a nested
   * document is a Document there. Changes in place count; what is assigned is set beside what there is.
   */
  get fields(): NamedFields {
    if (!this.isKnown(NAMED)) this.keep(NAMED, openFields(this.openAccess()))
    return this.value(NAMED) as NamedFields
  }
  set fields(values: Readonly<Record<string, unknown>> | undefined) {
    if (values === null || typeof values !== 'object' || Array.isArray(values))
      throw wrongType('fields', 'an object', values)
    Object.assign(this.fields, values)
  }

  /** @internal Values of fields that DocumentProto has no place for; undefined as long as there were none. */
  get extras(): Readonly<Record<string, unknown>> | undefined {
    return this.isKnown(EXTRAS) ? (this.value(EXTRAS) as Record<string, unknown>) : undefined
  }

  /** @internal Tags must have been read: they are written together. */
  setExtra(name: string, value: unknown): void {
    const extras = { ...this.extras }
    Object.defineProperty(extras, name, { value, enumerable: true, configurable: true, writable: true })
    this.set(EXTRAS, extras)
  }

  /** Writes the content of this document in its own dialect, back to front. */
  writeTo(writer: ReverseWriter): void {
    if (this.#dirty === 0) writer.raw(this.source, this.start, this.end)
    else encodeDocument(writer, this.source, this.start, this.end, this.#dirty, this.#values!)
  }

  /** Its bytes in its own dialect: a view of the source when nothing was touched. */
  toBytes(): Uint8Array {
    if (this.#dirty === 0) return this.source.subarray(this.start, this.end)
    return encodeWith((writer) => this.writeTo(writer))
  }
}

// On the prototype: nearly no document has declared kinds, and none is to be larger for it.
LazyFields.prototype.kinds = null
