/** What was declared, as a name, a JSON schema and, where a library made it, its own check. */
import { XserveError } from '../../errors.ts'
import type { JsonSchema, NamedSchema } from '../../wire/schemas/endpoint-schema.ts'
import type { Schema } from './declared.ts'
import { isStandardSchema, type StandardSchema } from './standard-schema.ts'

/** Which of its two types a schema that transforms values stands for. */
export type Side = 'input' | 'output'

export type StandardValidate = StandardSchema['~standard']['validate']

export interface ReadSchema {
  /** null: a schema that cannot be said as JSON schema; peers are told of no types then. */
  readonly named: NamedSchema | null
  /** null: it is JSON schema. */
  readonly validate: StandardValidate | null
  /** Whose schema it is, for messages: a name made of the endpoint. */
  readonly what: string
}

/** `what`: also the name of a schema without a title. Throws XserveError BAD_ENDPOINT for what is no schema. */
export function readSchema(schema: Schema, side: Side, what: string): ReadSchema {
  if (isStandardSchema(schema)) {
    const standard = schema['~standard']
    const model = jsonSchemaOf(schema, side)
    return { named: model && named(model, what), validate: (value) => standard.validate(value), what }
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new XserveError('BAD_ENDPOINT', `${what} is declared by ${JSON.stringify(schema)}, which is no schema`, {
      hint: 'a JSON schema (an object), or a schema of zod or another library that follows Standard Schema',
    })
  }
  const { type = 'object' } = schema
  if (type !== 'object') {
    throw new XserveError('BAD_ENDPOINT', `${what} is declared by a schema of type ${JSON.stringify(type)}`, {
      hint: 'one document (not the list of them), or the parameters: both are of type object',
    })
  }
  return { named: named(schema, what), validate: null, what }
}

function named(model: JsonSchema, fallback: string): NamedSchema {
  return { name: typeof model.title === 'string' && model.title !== '' ? model.title : fallback, model }
}

/** By the extension of Standard Schema for it, or by zod's own method; null where neither can say it. */
function jsonSchemaOf(schema: StandardSchema, side: Side): JsonSchema | null {
  const extended = schema as unknown as {
    readonly '~standard': { readonly jsonSchema?: Partial<Record<Side, (options: object) => JsonSchema>> }
    readonly toJSONSchema?: (options: object) => JsonSchema
  }
  // zod: a field that JSON schema cannot say is anything there; it is checked all the same.
  const libraryOptions = { unrepresentable: 'any' }
  try {
    const { jsonSchema } = extended['~standard']
    if (typeof jsonSchema?.[side] === 'function') return jsonSchema[side]({ target: 'draft-2020-12', libraryOptions })
    return extended.toJSONSchema?.({ io: side, ...libraryOptions }) ?? null
  } catch {
    return null
  }
}
