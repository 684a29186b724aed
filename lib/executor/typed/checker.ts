/** One declared schema: its name, its JSON schema if it has one, and the check of a value. */
import { Validator } from '@cfworker/json-schema'
import { XserveError } from '../../errors.ts'
import type { JsonSchema, NamedSchema } from '../../wire/schemas/endpoint-schema.ts'
import type { Schema } from './declared.ts'
import { ValidationError } from './invalid.ts'
import { isStandardSchema, type StandardIssue, type StandardSchema } from './standard-schema.ts'

export interface Checker {
  /** null: a schema that cannot be said as JSON schema; peers are told of no types then. */
  readonly named: NamedSchema | null
  /** What the schema makes of the value: defaults filled in, texts trimmed … Throws ValidationError, or rejects with it. */
  check(value: unknown, place: string): unknown
}

export type Side = 'input' | 'output'

/** `fallback`: the name of a schema without a title. Throws XserveError BAD_ENDPOINT for what is no schema. */
export function createChecker(schema: Schema, side: Side, fallback: string): Checker {
  if (isStandardSchema(schema)) return standardChecker(schema, side, fallback)
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new XserveError('BAD_ENDPOINT', `${fallback} is declared by ${JSON.stringify(schema)}, which is no schema`, {
      hint: 'a JSON schema (an object), or a schema of zod or another library that follows Standard Schema',
    })
  }
  const named = nameOf(schema, fallback)
  const validator = new Validator(schema as never, draftOf(schema), false)
  return {
    named,
    check(value, place) {
      const { valid, errors } = validator.validate(value)
      if (valid) return value
      const error = errors.findLast(({ keyword }) => !WRAPPERS.has(keyword)) ?? errors[0]!
      throw new ValidationError(
        placeBelow(place, pointerParts(error.instanceLocation)),
        explain(error.keyword, error.error),
      )
    },
  }
}

/** Keywords that only say that something within them is wrong. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'properties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  'additionalProperties',
])

function draftOf({ $schema }: JsonSchema): '4' | '7' | '2019-09' | '2020-12' {
  const draft = typeof $schema === 'string' ? $schema : ''
  if (draft.includes('draft-04')) return '4'
  if (draft.includes('draft-06') || draft.includes('draft-07')) return '7'
  return draft.includes('2019-09') ? '2019-09' : '2020-12'
}

function nameOf(model: JsonSchema, fallback: string): NamedSchema {
  return { name: typeof model.title === 'string' && model.title !== '' ? model.title : fallback, model }
}

/** `#/a/0/b`. */
const pointerParts = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))

function placeBelow(place: string, parts: readonly string[]): string {
  return parts.reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : `${path}.${part}`), place)
}

/** The library's sentences, in ours where they are common. */
function explain(keyword: string, error: string): string {
  const quoted = [...error.matchAll(/"([^"]*)"/g)].map(([, text]) => text)
  if (keyword === 'type') return `expected ${quoted[1] ?? 'another type'}, got ${quoted[0] ?? 'this'}`
  if (keyword === 'required') return `the field ${JSON.stringify(quoted[0])} is missing`
  return error.replace(/\.$/, '')
}

function standardChecker(schema: StandardSchema, side: Side, fallback: string): Checker {
  const standard = schema['~standard']
  const model = jsonSchemaOf(schema, side)
  const accept = (result: Awaited<ReturnType<typeof standard.validate>>, place: string): unknown => {
    const [issue] = result.issues ?? []
    if (issue === undefined) return (result as { readonly value: unknown }).value
    throw new ValidationError(placeOfIssue(place, issue), issue.message)
  }
  return {
    named: model && nameOf(model, fallback),
    check(value, place) {
      const result = standard.validate(value)
      return result instanceof Promise ? result.then((done) => accept(done, place)) : accept(result, place)
    },
  }
}

function placeOfIssue(place: string, { path = [] }: StandardIssue): string {
  return placeBelow(
    place,
    path.map((part) => String(typeof part === 'object' ? part.key : part)),
  )
}

/** By the extension of Standard Schema for it, or by zod's own function; null where neither can say it. */
function jsonSchemaOf(schema: StandardSchema, side: Side): JsonSchema | null {
  const extended = schema as unknown as {
    readonly '~standard': { readonly jsonSchema?: Record<Side, (options: { target: string }) => JsonSchema> }
    readonly toJSONSchema?: (options: { io: Side }) => JsonSchema
  }
  try {
    const { jsonSchema } = extended['~standard']
    if (typeof jsonSchema?.[side] === 'function') return jsonSchema[side]({ target: 'draft-2020-12' })
    return extended.toJSONSchema?.({ io: side }) ?? null
  } catch {
    // What no JSON schema can say (a class, a transformation) is checked all the same.
    return null
  }
}
