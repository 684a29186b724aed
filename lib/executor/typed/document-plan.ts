/**
 * What a schema says of the fields of a document: which of them are documents, tensors or bytes although they came as plain
 * objects, lists or texts; which have a default; and what kind of node each is when it is written.
 */
import { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import type { NamedFields } from '../../document/named-fields.ts'
import { Tensor, type TensorInput } from '../../document/tensor.ts'
import { KIND, type Node, newNode } from '../../document/v2/node.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import { describeFields, type FieldDescription, type FieldKind, requiredOf } from '../../wire/schemas/field-kind.ts'
import { ValidationError } from './invalid.ts'

const NODES: Readonly<Partial<Record<FieldKind, Node>>> = {
  text: newNode(KIND.text),
  integer: newNode(KIND.integer),
  number: newNode(KIND.float),
  boolean: newNode(KIND.boolean),
  blob: newNode(KIND.blob),
  tensor: newNode(KIND.ndarray, 'ndarray'),
  document: newNode(KIND.doc),
  documents: newNode(KIND.docArray),
  list: newNode(KIND.list),
  object: newNode(KIND.dict),
}

export class DocumentPlan {
  readonly #root: JsonSchema
  readonly #fields: ReadonlyMap<string, FieldDescription>
  readonly #required: ReadonlySet<string>
  readonly #nodes: ReadonlyMap<string, Node>
  readonly #nested = new Map<string, DocumentPlan>()

  /** `of`: the schema of the document, with its definitions in `root`. */
  constructor(root: JsonSchema, of: JsonSchema = root) {
    this.#root = root
    this.#fields = describeFields(root, of)
    this.#required = requiredOf(root, of)
    this.#nodes = new Map([...this.#fields].flatMap(([name, { kind }]) => (NODES[kind] ? [[name, NODES[kind]]] : [])))
  }

  /** Made when it is needed: a schema may refer to itself. */
  #planOf(name: string, document: JsonSchema): DocumentPlan {
    let plan = this.#nested.get(name)
    if (!plan) this.#nested.set(name, (plan = new DocumentPlan(this.#root, document)))
    return plan
  }

  /** Fills in defaults and makes of what came what is declared. Throws ValidationError for what cannot be made one. */
  receive(document: Document, place: string): void {
    const { fields } = document
    for (const [name, described] of this.#fields) {
      const value: unknown = fields[name]
      const lacks = value === undefined || (value === null && !described.nullable)
      if (!lacks) this.#convert(fields, name, value, described, `${place}.${name}`)
      else if ('default' in described.schema) fields[name] = structuredClone(described.schema.default)
    }
  }

  #convert(fields: NamedFields, name: string, value: unknown, described: FieldDescription, place: string): void {
    const { kind, document } = described
    if (kind === 'tensor' && Array.isArray(value)) fields[name] = tensorOf(value, place)
    else if (kind === 'blob' && typeof value === 'string') fields[name] = new Uint8Array(Buffer.from(value, 'base64'))
    else if (document !== null && value !== null && typeof value === 'object') {
      const plan = this.#planOf(name, document)
      if (kind === 'document') {
        const one = asDocument(value)
        if (one !== value) fields[name] = one
        plan.receive(one, place)
      } else {
        const many = value instanceof DocumentArray ? value : new DocumentArray(Array.from(value as [], asDocument))
        if (many !== value) fields[name] = many
        for (let i = 0; i < many.length; i++) plan.receive(many.at(i)!, `${place}[${i}]`)
      }
    }
  }

  /** Plain values with their defaults: parameters are no document. */
  withDefaults(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const out: Record<string, unknown> = { ...value }
    for (const [name, { nullable, schema }] of this.#fields) {
      const given = out[name]
      if (given !== undefined && (given !== null || nullable)) continue
      if ('default' in schema) out[name] = structuredClone(schema.default)
      else if (given === null && !this.#required.has(name)) delete out[name]
    }
    return out
  }

  /** From now on the document is written with the declared kinds of nodes. */
  declare(document: Document): void {
    document.declareKinds(this.#nodes)
    for (const [name, { document: nested }] of this.#fields) {
      if (nested === null || document.isUntouched) continue
      const value: unknown = document.fields[name]
      if (value instanceof Document) this.#planOf(name, nested).declare(value)
      else if (value instanceof DocumentArray) for (const one of value) this.#planOf(name, nested).declare(one)
    }
  }

  /** The fields for a check by a schema: arrays, bytes and other documents, which are checked by their kind, are left out. */
  plain(document: Document): Record<string, unknown> {
    const { fields } = document
    const out: Record<string, unknown> = {}
    for (const name of Object.keys(fields)) {
      const described = this.#fields.get(name)
      const value: unknown = fields[name]
      if (value === null && described && !described.nullable && !this.#required.has(name)) continue
      out[name] = value
    }
    if (this.#fields.has('id')) out.id = document.id
    return out
  }

  /** The schema without what `isOpaque`: a validator knows no tensors. */
  checkable(): JsonSchema {
    const { properties, ...rest } = this.#root as { readonly properties?: Readonly<Record<string, unknown>> }
    const open = Object.entries(properties ?? {}).map(([name, schema]) => {
      const kind = this.#fields.get(name)?.kind ?? 'any'
      return [name, kind === 'tensor' || kind === 'blob' || kind === 'document' || kind === 'documents' ? {} : schema]
    })
    return { ...rest, properties: Object.fromEntries(open) }
  }

  /** Whether the values of opaque kinds are what they should be. Throws ValidationError. */
  checkKinds(document: Document, place: string): void {
    const { fields } = document
    for (const [name, { kind, nullable }] of this.#fields) {
      const expected = EXPECTED[kind]
      if (expected === undefined) continue
      const value: unknown = fields[name]
      if (value === undefined || (value === null && (nullable || !this.#required.has(name)))) continue
      if (!expected.fits(value)) throw new ValidationError(`${place}.${name}`, `expected ${expected.words}`)
    }
  }
}

const EXPECTED: Readonly<Partial<Record<FieldKind, { readonly words: string; fits(value: unknown): boolean }>>> = {
  tensor: {
    words: 'a tensor (nested lists of numbers)',
    fits: (value) => value instanceof Tensor || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)),
  },
  blob: { words: 'bytes (base64 in JSON)', fits: (value) => value instanceof Uint8Array },
  document: { words: 'a document', fits: (value) => value instanceof Document },
  documents: { words: 'a list of documents', fits: (value) => value instanceof DocumentArray },
}

function tensorOf(value: readonly unknown[], place: string): Tensor {
  try {
    return Tensor.from(value as TensorInput)
  } catch (error) {
    throw new ValidationError(place, error instanceof Error ? error.message : 'no tensor')
  }
}

function asDocument(value: unknown): Document {
  if (value instanceof Document) return value
  return new Document({ fields: { ...(value as object) } })
}
