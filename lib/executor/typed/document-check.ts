/**
 * Documents against a JSON schema: defaults are filled in, values in another form than the declared one converted, and what
 * does not fit is told. A field is looked at without counting as changed; tensors and blobs are not even read.
 */

import type { Document } from '../../document/document.ts'
import type { DocumentArray } from '../../document/document-array.ts'
import type { FieldAccess } from '../../document/named-fields.ts'
import { XserveError } from '../../errors.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import { targetOf } from '../../wire/schemas/reference.ts'
import { compile, type Validate } from './compile.ts'
import { convert, NotConvertible } from './convert.ts'
import { type DeclaredField, declaredFields, NODE_KINDS, nodesOf } from './fields.ts'
import { type Problem, REQUIRED, within } from './problem.ts'

/** null: the document fits, and is written in the kinds that the schema declares. */
export type DocumentCheck = (document: Document) => Problem | null

/** Only their kind is looked at; all others are judged by their schema. */
const BY_KIND: ReadonlySet<string> = new Set(['tensor', 'blob', 'document', 'documents'])

/** Keywords of an object that judge it as a whole; without them, its declared fields are all there is to judge. */
const OF_THE_WHOLE = [
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
]

/** Throws XserveError BAD_ENDPOINT for what is no JSON schema. */
export function createDocumentCheck(root: JsonSchema, what: string): DocumentCheck {
  checkReferences(root, root, what)
  // One for each definition, all of them now: what is wrong with a schema shows at the start. It may hold itself.
  const made: { readonly schema: JsonSchema; check: DocumentCheck | null }[] = []
  const make = (schema: JsonSchema): { readonly check: DocumentCheck | null } => {
    // Not by the object: where a definition is referred to, it has been joined with what stands beside the reference.
    const { properties, required } = schema
    const known = made.find((one) => one.schema.properties === properties && one.schema.required === required)
    if (known) return known
    const entry = { schema, check: null as DocumentCheck | null }
    made.push(entry)
    entry.check = createCheck(schema, root, make, what)
    return entry
  }
  return make(root).check!
}

/** References that lead nowhere would be anything. */
function checkReferences(value: unknown, root: JsonSchema, what: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (key !== '$ref' || typeof item !== 'string') checkReferences(item, root, what)
    else if (targetOf(item, root) === undefined) {
      throw new XserveError('BAD_ENDPOINT', `${what} is declared by what is no JSON schema: nothing is at ${item}`, {
        hint: 'references lead to "#", or into the $defs or definitions of the schema itself',
      })
    }
  }
}

function createCheck(
  schema: JsonSchema,
  root: JsonSchema,
  make: (schema: JsonSchema) => { readonly check: DocumentCheck | null },
  what: string,
): DocumentCheck {
  const fields = declaredFields(root, schema)
  const nodes = nodesOf(fields)
  const nestedChecks = new Map(fields.flatMap(({ name, nested }) => (nested ? [[name, make(nested)] as const] : [])))
  const checkOf = (name: string): DocumentCheck => nestedChecks.get(name)!.check!
  // A document without an id gets one when it is asked for.
  const checked = fields.filter(({ name }) => name !== 'id')
  const isWhole = OF_THE_WHOLE.some((keyword) => schema[keyword] !== undefined && schema[keyword] !== true)
  const fits = isWhole ? compileWhole(schema, root, fields, what) : compileFields(checked, root, what)
  return (document) => {
    document.declareKinds(nodes)
    const access = document.openAccess()
    const values: Record<string, unknown> = {}
    for (const field of checked) {
      const problem = checkField(field, access, values, checkOf)
      if (problem) return problem
    }
    if (isWhole) for (const name of access.names()) values[name] ??= access.peek(name)
    return fits(values)
  }
}

const definitionsOf = ({ $schema, $defs, definitions }: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries({ $schema, $defs, definitions }).filter(([, value]) => value !== undefined))

/** Of all fields that a JSON schema can judge. Whether they are there is seen to before. */
function compileFields(fields: readonly DeclaredField[], root: JsonSchema, what: string): Validate {
  const judged = fields.filter(({ kind }) => !BY_KIND.has(kind))
  const properties = Object.fromEntries(judged.map(({ name, schema }) => [name, schema]))
  return compile({ ...definitionsOf(root), type: 'object', properties }, what)
}

/** Anything where only the kind is looked at, and an id whether the schema has one or not. */
function compileWhole(schema: JsonSchema, root: JsonSchema, fields: readonly DeclaredField[], what: string): Validate {
  const open = fields.map(({ name, kind, nullable, schema: own }) => {
    const judged = BY_KIND.has(kind) ? {} : nullable ? { anyOf: [own, { type: 'null' }] } : own
    return [name, judged]
  })
  const { properties, required, ...rest } = schema
  return compile({ ...definitionsOf(root), ...rest, properties: { id: {}, ...Object.fromEntries(open) } }, what)
}

function checkField(
  field: DeclaredField,
  access: FieldAccess,
  values: Record<string, unknown>,
  checkOf: (name: string) => DocumentCheck,
): Problem | null {
  const { name, kind, nested } = field
  const came = access.came(name)
  const wanted = NODE_KINDS[kind]
  // Read when the method asks for it.
  if ((kind === 'tensor' || kind === 'blob') && came === wanted) return null
  const value = access.peek(name)
  if (
    value === undefined &&
    field.nullable &&
    (field.preset ?? null) === null &&
    !(field.required && field.preset === undefined)
  ) {
    // As a class of Python has it: None where nothing was given. The first dialect has no such thing.
    if (access.tellsAbsent('text')) access.set(name, null)
    return null
  }
  if (value === undefined || (value === null && !field.nullable)) return checkMissing(field, access, values)
  if (value === null) return null
  const converted = convert(kind, value)
  if (converted instanceof NotConvertible) return { path: [name], expected: converted.expected, value }
  // Sets and tuples stand for lists.
  const isOther = converted !== value || (kind !== 'list' && came !== undefined && came !== wanted)
  if (isOther && wanted !== undefined && !(kind === 'list' && value instanceof Set)) access.set(name, converted)
  if (nested !== null) return checkNested(converted as Document | DocumentArray, checkOf(name), name)
  if (!BY_KIND.has(kind)) values[name] = converted
  return null
}

function checkMissing(field: DeclaredField, access: FieldAccess, values: Record<string, unknown>): Problem | null {
  const { name, kind, preset } = field
  if (preset !== undefined && preset !== null) {
    const value = convert(kind, structuredClone(preset))
    if (value instanceof NotConvertible) return { path: [name], expected: value.expected, value: preset }
    access.set(name, value)
    if (!BY_KIND.has(kind)) values[name] = value
    return null
  }
  // The first dialect does not tell an empty text from none.
  const isEmptyText = kind === 'text' && !access.tellsAbsent(name)
  return field.required && preset === undefined && !isEmptyText ? { path: [name], expected: REQUIRED } : null
}

function checkNested(value: Document | DocumentArray, check: DocumentCheck, name: string): Problem | null {
  if (!('length' in value)) {
    const problem = check(value)
    return problem && within(problem, name)
  }
  let index = 0
  for (const document of value) {
    const problem = check(document)
    if (problem) return within(problem, name, index)
    index++
  }
  return null
}
