/** A Document whose bytes are a DocProto: the same properties, read from and written to fields by name. */
import { encodeWith, type ReverseWriter } from '../../protobuf/reverse-writer.ts'
import { oneDeeper } from '../depth.ts'
import type { Dialect } from '../dialect.ts'
import { Document } from '../document.ts'
import { type Owner, UNSET } from '../document-init.ts'
import { PLACE_FIELDS } from '../extras.ts'
import { newId } from '../id.ts'
import type { FieldAccess } from '../named-fields.ts'
import { plainValue } from '../plain-value.ts'
import { fieldOf, KNOWN_FIELDS, type KnownField, type Place } from './known-fields.ts'
import type { Node } from './node.ts'
import { NodeFields } from './node-fields.ts'

/** What docarray's second dialect sends. Text, blob and tensor do not exclude each other there. */
export class NodeDocument extends Document {
  readonly #place: Place

  constructor(source: Uint8Array, start: number, end: number, owner: Owner | null, dialect: Dialect) {
    super(UNSET)
    this.owner = owner
    this.#place = { document: this, nodes: new NodeFields(source, start, end, dialect), dialect }
  }

  override get isUntouched(): boolean {
    return this.#place.nodes.isUntouched
  }

  /** @internal */
  override openAccess(): FieldAccess {
    return this.#place.nodes
  }

  /** @internal */
  override declareKinds(kinds: ReadonlyMap<string, Node>): void {
    super.declareKinds(kinds)
    this.#place.nodes.kinds = kinds
  }

  /** Where it stands is not written. */
  override settle(): void {}

  override writeTo(writer: ReverseWriter): void {
    this.#place.nodes.writeTo(writer)
  }

  override toBytes(): Uint8Array {
    const { nodes } = this.#place
    return nodes.isUntouched ? nodes.bytes : encodeWith((writer) => nodes.writeTo(writer))
  }

  /** Every field by its name, null where it holds nothing. */
  override toJSON(): Record<string, unknown> {
    const { nodes } = this.#place
    return Object.fromEntries(nodes.names().map((name) => [name, plainValue(nodes.get(name))]))
  }

  /** One content stays what it is; other contents, and fields that DocumentProto has not, go among the tags. */
  override legacy(): Document {
    const { nodes } = this.#place
    const out = new Document({ id: this.id })
    const kept = new Set(['id', 'tags'])
    let hasContent = false
    for (const known of KNOWN_FIELDS) {
      const { property } = known
      if (property === 'id' || property === 'tags') continue
      const { name } = fieldOf(known, nodes)
      const isContent = property === 'text' || property === 'blob' || property === 'tensor'
      if (isContent && hasContent) continue
      const value = this[property]
      if (value === undefined) continue
      kept.add(name)
      if (PLACE_FIELDS.has(property)) continue
      if (isContent) hasContent = true
      const converted =
        property === 'chunks' || property === 'matches'
          ? oneDeeper(() => this[property].map((child) => child.legacy()))
          : value
      ;(out as unknown as Record<string, unknown>)[property] = converted
    }
    const rest = nodes.names().filter((name) => !kept.has(name))
    out.tags = { ...this.tags, ...Object.fromEntries(rest.map((name) => [name, plainValue(nodes.get(name))])) }
    return out
  }

  /** @internal */
  readKnown(known: KnownField): unknown {
    return known.read(fieldOf(known, this.#place.nodes), this.#place)
  }

  /** @internal What is emptied stays as null where the sender has such a field. */
  writeKnown(known: KnownField, value: unknown): void {
    const { nodes } = this.#place
    const field = fieldOf(known, nodes)
    if (value === undefined || value === null) {
      nodes.write(field, field.node ? null : undefined)
      return
    }
    nodes.write(field, known.check(value, this.#place))
    field.encode = known.encode
  }

  /** @internal A document that came without an id gets its own when asked. */
  readId(known: KnownField): string {
    const id = this.readKnown(known)
    if (typeof id === 'string' && id !== '') return id
    const own = newId()
    this.writeKnown(known, own)
    return own
  }

  /** @internal A chunk or match has its place from the document it belongs to. */
  get isPlaced(): boolean {
    return this.owner !== null
  }
}

for (const known of KNOWN_FIELDS) {
  const { property } = known
  const inherited = Object.getOwnPropertyDescriptor(Document.prototype, property)!
  let get = function (this: NodeDocument): unknown {
    return this.readKnown(known)
  }
  if (property === 'id') {
    get = function (this: NodeDocument) {
      return this.readId(known)
    }
  } else if (PLACE_FIELDS.has(property)) {
    get = function (this: NodeDocument) {
      return this.isPlaced ? inherited.get!.call(this) : this.readKnown(known)
    }
  }
  Object.defineProperty(NodeDocument.prototype, property, {
    get,
    set(this: NodeDocument, value: unknown) {
      this.writeKnown(known, value)
    },
    configurable: true,
  })
}
