/** The fields of one DocProto by name: read from its bytes when asked for, written again when they were or could have been changed. */
import type { ReverseWriter } from '../../protobuf/reverse-writer.ts'
import type { Dialect } from '../dialect.ts'
import { Document } from '../document.ts'
import { DocumentArray } from '../document-array.ts'
import type { FieldAccess } from '../named-fields.ts'
import { findNode, isEntry, isNamed, nextEntry, readEntries } from './entries.ts'
import { KIND, type Node } from './node.ts'
import { readNode } from './read-node.ts'
import { writeEntry } from './write-node.ts'

/** A field that somebody has asked for. */
export interface Field {
  readonly name: string
  /** As it came; undefined when it did not. */
  readonly node: Node | undefined
  /** undefined: there is no such field. */
  value: unknown
  isRead: boolean
  /** The bytes no longer tell it. */
  isDirty: boolean
  /** Made by reading, not by the sender: as long as it is empty it is not written. */
  isMade: boolean
  /** What the field is to be when the bytes have none, or null. */
  model: Node | undefined
  /** From the value to the one that is written, where they differ. */
  encode: ((value: unknown) => unknown) | undefined
}

export class NodeFields implements FieldAccess {
  readonly #source: Uint8Array
  readonly #start: number
  readonly #end: number
  readonly #dialect: Dialect
  /** What its class has declared, by name. */
  kinds: ReadonlyMap<string, Node> | null = null
  /** A document has few fields, and fewer are read: looking through them beats a map. */
  readonly #fields: Field[] = []

  constructor(source: Uint8Array, start: number, end: number, dialect: Dialect) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.#dialect = dialect
  }

  /** Whether the bytes still say all there is. */
  get isUntouched(): boolean {
    for (const field of this.#fields) if (isChanged(field)) return false
    return true
  }

  /** The field of this name, whether there is one or not. */
  field(name: string): Field {
    for (const field of this.#fields) if (field.name === name) return field
    const node = findNode(this.#source, this.#start, this.#end, name)
    const field: Field = {
      name,
      node,
      value: undefined,
      isRead: node === undefined,
      isDirty: false,
      isMade: false,
      model: undefined,
      encode: undefined,
    }
    this.#fields.push(field)
    return field
  }

  /** Lists, objects and tensors count as changed once they were read: changes in place cannot be seen. */
  read(field: Field): unknown {
    if (!field.isRead) {
      field.value = readNode(field.node!, field.name, this.#dialect)
      field.isRead = true
    }
    if (!field.isDirty && !field.isMade) field.isDirty = isMutable(field.value)
    return field.value
  }

  peek(name: string): unknown {
    const field = this.field(name)
    if (!field.isRead) {
      field.value = readNode(field.node!, field.name, this.#dialect)
      field.isRead = true
    }
    return field.isMade && isEmpty(field.value) ? (field.node ? null : undefined) : field.value
  }

  came(name: string): number | undefined {
    const { node, isDirty } = this.field(name)
    return isDirty ? undefined : node?.kind
  }

  tellsAbsent(): boolean {
    return true
  }

  write(field: Field, value: unknown): void {
    field.value = value
    field.isRead = true
    field.isDirty = true
    field.isMade = false
    field.encode = undefined
  }

  get(name: string): unknown {
    const field = this.field(name)
    const value = this.read(field)
    if (!field.isMade || !isEmpty(value)) return value
    return field.node ? null : undefined
  }

  has(name: string): boolean {
    const field = this.field(name)
    return !field.isRead || this.get(name) !== undefined
  }

  set(name: string, value: unknown): void {
    this.write(this.field(name), value)
  }

  names(): string[] {
    const names = new Set(readEntries(this.#source, this.#start, this.#end).keys())
    for (const { name } of this.#fields) {
      if (this.has(name)) names.add(name)
      else names.delete(name)
    }
    return [...names]
  }

  get bytes(): Uint8Array {
    return this.#source.subarray(this.#start, this.#end)
  }

  /** Writes the content of the DocProto, back to front: what was not touched is copied, and all keep their order. */
  writeTo(writer: ReverseWriter): void {
    const changed = this.#fields.filter(isChanged)
    if (changed.length === 0) {
      writer.raw(this.#source, this.#start, this.#end)
      return
    }
    const parts = this.#parts(changed)
    for (const field of changed) if (!parts.includes(field)) parts.push(field)
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i]!
      if (typeof part !== 'number') this.#writeField(writer, part)
      else writer.raw(this.#source, parts[--i] as number, part)
    }
  }

  /** The document in order: start and end of what is copied, and the changed fields in their places. */
  #parts(changed: readonly Field[]): (number | Field)[] {
    const source = this.#source
    const parts: (number | Field)[] = []
    for (let at = this.#start; at < this.#end; ) {
      const from = at
      at = nextEntry(source, at, this.#end)
      const field = isEntry() ? changed.find(({ name }) => isNamed(source, name)) : undefined
      if (field) {
        if (!parts.includes(field)) parts.push(field)
      } else if (parts.at(-1) === from) parts[parts.length - 1] = at
      else parts.push(from, at)
    }
    return parts
  }

  #writeField(writer: ReverseWriter, { name, node, value, model, encode }: Field): void {
    if (value === undefined) return
    const came = node === undefined || node.kind === 0 ? undefined : node
    const declared = this.kinds?.get(name)
    // A node of the declared kind also tells the class of the field, which is kept.
    // Lists have no class, but items: declared ones say of what kind each is.
    const keeps = declared === undefined || (declared.kind === came?.kind && declared.kind !== KIND.list)
    const known = keeps ? (came ?? model) : declared
    writeEntry(writer, name, encode ? encode(value) : value, known, this.#dialect)
  }
}

function isChanged({ value, isDirty, isMade }: Field): boolean {
  if (isMade) return !isEmpty(value)
  return isDirty || ((value instanceof Document || value instanceof DocumentArray) && !value.isUntouched)
}

/** Documents and arrays of them tell by themselves whether they were changed; bytes are assigned, not changed in place. */
function isMutable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return !(value instanceof Document) && !(value instanceof DocumentArray)
}

function isEmpty(value: unknown): boolean {
  if (value instanceof DocumentArray || Array.isArray(value)) return value.length === 0
  return value === undefined || value === null || Object.keys(value).length === 0
}
