/** The fields that a schema declares, as a check goes through them. */
import { KIND, type Node, newNode } from '../../document/v2/node.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import { describeFields, type FieldKind, requiredOf } from '../../wire/schemas/field-kind.ts'

export interface DeclaredField {
  readonly name: string
  readonly kind: FieldKind
  /** Without references at its top, and without null. */
  readonly schema: JsonSchema
  readonly required: boolean
  readonly nullable: boolean
  /** undefined: there is none. */
  readonly preset: unknown
  /** Schema of the document in it, or of those in its list. */
  readonly nested: JsonSchema | null
}

/** `root`: where the definitions are. */
export function declaredFields(root: JsonSchema, of: JsonSchema = root): DeclaredField[] {
  const required = requiredOf(root, of)
  return Array.from(describeFields(root, of), ([name, { kind, schema, nullable, document }]) => ({
    name,
    kind,
    schema,
    nullable,
    required: required.has(name),
    preset: schema.default,
    nested: document,
  }))
}

/** What a field of the kind is on the wire; undefined: what its value is. */
export const NODE_KINDS: Readonly<Partial<Record<FieldKind, number>>> = {
  text: KIND.text,
  integer: KIND.integer,
  number: KIND.float,
  boolean: KIND.boolean,
  blob: KIND.blob,
  tensor: KIND.ndarray,
  document: KIND.doc,
  documents: KIND.docArray,
  list: KIND.list,
  object: KIND.dict,
}

/** A list whose one item is a float (a node with its double 0): further items follow the first. */
const FLOATS: Node = {
  kind: KIND.list,
  type: '',
  bytes: Uint8Array.of(0x0a, 0x09, 0x19, 0, 0, 0, 0, 0, 0, 0, 0),
  from: 0,
  to: 11,
}

/** docarray has a class of its own for what is called so. */
const arrayType = (name: string): string => (name === 'embedding' ? 'ndarray_embedding' : 'ndarray')

/** Examples of the nodes that the fields become. */
export function nodesOf(fields: readonly DeclaredField[]): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>()
  for (const { name, kind, schema } of fields) {
    const node = NODE_KINDS[kind]
    if (node === undefined || name === 'id') continue
    const isFloats = kind === 'list' && (schema.items as JsonSchema | undefined)?.type === 'number'
    nodes.set(name, isFloats ? FLOATS : newNode(node, node === KIND.ndarray ? arrayType(name) : ''))
  }
  return nodes
}
