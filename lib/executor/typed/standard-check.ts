/** Documents against a Standard Schema: it sees their fields as one object, and what it makes of them is set again. */
import { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import type { FieldAccess } from '../../document/named-fields.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import { convert, NotConvertible } from './convert.ts'
import { type DeclaredField, declaredFields, nodesOf } from './fields.ts'
import type { PathPart, Problem } from './problem.ts'
import type { StandardValidate } from './read-schema.ts'
import type { StandardIssue, StandardResult } from './standard-schema.ts'

export type MaybePromise<T> = T | Promise<T>
export type StandardDocumentCheck = (document: Document) => MaybePromise<Problem | null>

type Values = Record<string, unknown>

/** `model`: its JSON schema; null: it has none, and is shown all fields there are. */
export function createStandardCheck(validate: StandardValidate, model: JsonSchema | null): StandardDocumentCheck {
  const fields = model === null ? [] : declaredFields(model)
  const nodes = nodesOf(fields)
  return (document) => {
    if (fields.length > 0) document.declareKinds(nodes)
    const access = document.openAccess()
    const problem = convertFields(fields, access)
    if (problem) return problem
    // Only what it declares, where that is known: a strict schema would refuse the id that every document has.
    const before = fields.length > 0 ? declaredValues(fields, access, document) : allValues(access)
    const result = validate(before)
    return result instanceof Promise
      ? result.then((settled) => finish(settled, before, access))
      : finish(result, before, access)
  }
}

function convertFields(fields: readonly DeclaredField[], access: FieldAccess): Problem | null {
  for (const { name, kind } of fields) {
    const value = access.peek(name)
    if (value === undefined || value === null) continue
    const converted = convert(kind, value)
    if (converted instanceof NotConvertible) return { path: [name], expected: converted.expected, value }
    if (converted !== value) access.set(name, converted)
  }
  return null
}

function declaredValues(fields: readonly DeclaredField[], access: FieldAccess, document: Document): Values {
  const values: Values = {}
  for (const { name, nullable } of fields) {
    const value = name === 'id' ? document.id : access.peek(name)
    if (value === undefined || (value === null && !nullable)) continue
    values[name] = plain(value)
  }
  return values
}

function allValues(access: FieldAccess): Values {
  return Object.fromEntries(access.names().map((name) => [name, plain(access.peek(name))]))
}

/** Nested documents as objects of their fields; tensors and bytes as they are. */
function plain(value: unknown): unknown {
  if (value instanceof Document) return allValues(value.openAccess())
  if (value instanceof DocumentArray) return value.map(plain)
  return Array.isArray(value) && value.some((item) => item instanceof Document) ? value.map(plain) : value
}

function finish(result: StandardResult<unknown>, before: Values, access: FieldAccess): Problem | null {
  if (result.issues) return problemOf(result.issues)
  const { value: made } = result
  if (typeof made !== 'object' || made === null) return null
  for (const [name, value] of Object.entries(made)) {
    // A library copies lists and objects that it has not changed.
    if (!Bun.deepEquals(value, before[name])) access.set(name, value)
  }
  return null
}

/** The first of its complaints. */
export function problemOf([first]: readonly StandardIssue[]): Problem {
  const path = (first?.path ?? []).map((part): PathPart => {
    const key = typeof part === 'object' ? part.key : part
    return typeof key === 'number' ? key : String(key)
  })
  return { path, expected: first?.message ?? 'it does not fit the schema' }
}
