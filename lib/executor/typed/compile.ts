/** JSON schema to a check of JSON values, by schemasafe: compiled once, a fifth of a microsecond for a document. */

import { type Schema, validator } from '@exodus/schemasafe'
import { XserveError } from '../../errors.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import { targetOf } from '../../wire/schemas/reference.ts'
import { expectation, type PathPart, type Problem } from './problem.ts'

/** null: the value fits. */
export type Validate = (value: unknown) => Problem | null

const OPTIONS = { includeErrors: true, mode: 'lax' } as const
const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

/** `what` is for messages. Throws XserveError BAD_ENDPOINT for what is no JSON schema. */
export function compile(schema: JsonSchema, what: string): Validate {
  const whole = withoutFormats({ $schema: DRAFT, ...schema }) as JsonSchema
  let check: ReturnType<typeof validator>
  try {
    check = validator(whole as Schema, OPTIONS)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new XserveError('BAD_ENDPOINT', `${what} is declared by what is no JSON schema: ${why}`)
  }
  return (value) => {
    if (check(value as Parameters<typeof check>[0])) return null
    const [first] = check.errors ?? []
    return first === undefined
      ? { path: [], expected: 'must fit the schema' }
      : problemOf(first.keywordLocation, first.instanceLocation, whole, value)
  }
}

/** Keywords whose values are data. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

/** Formats are told, not checked, as JSON schema has it since 2019; the library knows but some, and refuses others. */
function withoutFormats(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutFormats)
  if (typeof schema !== 'object' || schema === null) return schema
  // A property that is named so has a schema, and no text.
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'format' || typeof value !== 'string')
  return Object.fromEntries(kept.map(([key, value]) => [key, DATA.has(key) ? value : withoutFormats(value)]))
}

function problemOf(keywordLocation: string, instanceLocation: string, schema: JsonSchema, value: unknown): Problem {
  const keywords = keywordLocation.split('/').slice(1)
  const path = instanceLocation
    .split('/')
    .slice(1)
    .map((part): PathPart => (/^\d+$/.test(part) ? Number(part) : part))
  let at: unknown = value
  for (const part of path) at = (at as Record<PathPart, unknown> | null | undefined)?.[part]
  return { path, expected: expectation(keywords.at(-1) ?? '', demandOf(keywords, schema)), value: at }
}

/** What the keyword at this place demands; through references. */
function demandOf(keywords: readonly string[], schema: JsonSchema): unknown {
  let at: unknown = schema
  for (const key of keywords) {
    if (typeof at !== 'object' || at === null) return undefined
    const here = at as Record<string, unknown>
    // The library tells the place of a tuple's item without the keyword around it.
    const tuple = /^\d+$/.test(key) ? (here.prefixItems ?? here.items) : undefined
    at = Array.isArray(tuple) && !(key in here) ? tuple[Number(key)] : here[key]
    if (key === '$ref' && typeof at === 'string') at = targetOf(at, schema)
  }
  return at
}
