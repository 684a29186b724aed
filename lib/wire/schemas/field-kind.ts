/** What a property of a JSON schema is on the wire: the kind of node that docarray's second dialect has for it. */

import { isObject } from '../../objects.ts'
import type { JsonSchema } from './endpoint-schema.ts'
import { targetOf } from './reference.ts'

export type FieldKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'blob'
  | 'tensor'
  | 'document'
  | 'documents'
  | 'list'
  | 'object'
  | 'any'

export interface FieldDescription {
  readonly kind: FieldKind
  readonly nullable: boolean
  /** Without references, and without null as a choice. */
  readonly schema: JsonSchema
  /** Of a document, or of those of a list: its schema. */
  readonly document: JsonSchema | null
}

/** By which docarray tells an array from a list. */
export const TENSOR_MARK = 'tensor/array shape'
/** References lead no further than this: one may lead back to itself. */
const MAX_STEPS = 32

/** What leads nowhere is anything. */
function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let found = schema
  for (let step = 0; typeof found.$ref === 'string' && step < MAX_STEPS; step++) {
    const target = targetOf(found.$ref, root)
    const { $ref: _, ...rest } = found
    found = { ...(isObject(target) ? target : {}), ...rest }
  }
  return found
}

const isNull = (schema: JsonSchema): boolean => schema.type === 'null' || schema.const === null

/** `root`: where the definitions are. */
export function describeField(given: unknown, root: JsonSchema): FieldDescription {
  const referred = isObject(given) && typeof given.$ref === 'string'
  let schema = resolve(isObject(given) ? given : {}, root)
  let nullable = false
  let isReference = referred
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) {
    const others = choices.filter((choice) => !(isObject(choice) && isNull(choice)))
    nullable = others.length < choices.length
    const [only] = others
    if (others.length !== 1 || !isObject(only)) return { kind: 'any', nullable, schema, document: null }
    isReference = typeof only.$ref === 'string'
    const { anyOf: _, oneOf: __, ...rest } = schema
    schema = { ...rest, ...resolve(only, root) }
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    nullable ||= types.length < schema.type.length
    schema = { ...schema, type: types.length === 1 ? types[0] : undefined }
  }
  const kind = kindOf(schema, root, isReference)
  return { kind, nullable, schema, document: documentOf(kind, schema, root) }
}

function kindOf(schema: JsonSchema, root: JsonSchema, isReference: boolean): FieldKind {
  const values = 'const' in schema ? [schema.const] : schema.enum
  switch (schema.type ?? (Array.isArray(values) ? typeOfAll(values) : undefined)) {
    case 'string':
      return schema.format === 'binary' || schema.contentEncoding === 'base64' ? 'blob' : 'text'
    case 'integer':
      return 'integer'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      if (TENSOR_MARK in schema) return 'tensor'
      return isObject(schema.items) && describeField(schema.items, root).kind === 'document' ? 'documents' : 'list'
    case 'object':
      return isReference && isObject(schema.properties) ? 'document' : 'object'
    default:
      return isReference && isObject(schema.properties) ? 'document' : 'any'
  }
}

function typeOfAll(values: readonly unknown[]): string | undefined {
  const types = new Set(values.map((value) => (Number.isInteger(value) ? 'integer' : typeof value)))
  return types.size === 1 ? [...types][0] : undefined
}

function documentOf(kind: FieldKind, schema: JsonSchema, root: JsonSchema): JsonSchema | null {
  if (kind === 'document') return schema
  if (kind === 'documents') return describeField(schema.items, root).schema
  return null
}

/** Properties of a schema for documents or parameters, each described. */
export function describeFields(root: JsonSchema, of: JsonSchema = root): Map<string, FieldDescription> {
  const { properties } = resolve(of, root)
  if (!isObject(properties)) return new Map()
  return new Map(Object.entries(properties).map(([name, property]) => [name, describeField(property, root)]))
}

/** Names that must be there. */
export function requiredOf(root: JsonSchema, of: JsonSchema = root): ReadonlySet<string> {
  const { required } = resolve(of, root)
  return new Set(Array.isArray(required) ? required.filter((name): name is string => typeof name === 'string') : [])
}
