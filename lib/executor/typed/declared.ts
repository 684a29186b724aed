/** What `@requests` may declare of documents and parameters, and how that shows in the type of a method's argument. */
import type { Document } from '../../document/document.ts'
import type { DocumentArray } from '../../document/document-array.ts'
import type { NamedFields } from '../../document/named-fields.ts'
import type { JsonSchema } from '../../wire/schemas/endpoint-schema.ts'
import type { ExecutorCall } from '../call.ts'
import type { JsonObjectOf } from './json-value.ts'
import type { StandardSchema } from './standard-schema.ts'

/** A JSON schema whose values have a type of their own in TypeScript. */
export type TypedSchema<Value> = JsonSchema & { readonly '~value'?: Value }

/** A JSON schema, or a schema of zod or of another library that follows Standard Schema. */
export type Schema = JsonSchema | StandardSchema

/**
 * What a value of a schema is once it has been checked. A JSON schema says it when it was written `as const`; TypeScript has
 * widened any other.
 */
export type ValueOf<S> =
  S extends StandardSchema<unknown, infer Output>
    ? Output
    : S extends { readonly properties: unknown }
      ? JsonObjectOf<S>
      : S extends { readonly '~value'?: infer Value }
        ? NonNullable<Value>
        : NamedFields

/** A document with the fields of a schema. */
export type TypedDocument<Fields> = Document & { readonly fields: Fields & NamedFields }

/** An array of them. */
export type TypedDocuments<Fields> = Iterable<TypedDocument<Fields>> & {
  at(index: number): TypedDocument<Fields> | undefined
  map<T>(convert: (document: TypedDocument<Fields>, index: number) => T): T[]
} & DocumentArray

/** The argument of a method whose endpoint has declared what it takes: `{ docs, parameters }: TypedCall<typeof Product>`. */
export type TypedCall<Input extends Schema = JsonSchema, Parameters extends Schema = JsonSchema> = Omit<
  ExecutorCall,
  'docs' | 'doc' | 'parameters'
> & {
  readonly docs: TypedDocuments<ValueOf<Input>>
  readonly doc: TypedDocument<ValueOf<Input>>
  readonly parameters: ValueOf<Parameters>
}

/** As given to the decorator. */
export interface Declared {
  readonly input?: Schema | undefined
  readonly output?: Schema | undefined
  readonly parameters?: Schema | undefined
}
