/** The TypeScript type of what a JSON schema describes, as far as its own type tells. */
import type { Tensor } from '../../document/tensor.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the schema does not tell is whatever its sender put in
type Anything = any

/** Properties that are required, or filled in by a default, are there; the others may be missing. */
export type JsonObjectOf<Schema> = Schema extends { readonly properties: infer Properties }
  ? Simplify<
      {
        -readonly [Name in keyof Properties as IsThere<Name, Properties[Name], Schema> extends true
          ? Name
          : never]: JsonValueOf<Properties[Name]>
      } & {
        -readonly [Name in keyof Properties as IsThere<Name, Properties[Name], Schema> extends true
          ? never
          : Name]?: JsonValueOf<Properties[Name]>
      }
    >
  : Record<string, Anything>

type Simplify<T> = { [Name in keyof T]: T[Name] }

type IsThere<Name, Property, Schema> = Property extends { readonly default: infer Default }
  ? Default extends null
    ? false
    : true
  : Schema extends { readonly required: readonly (infer Names)[] }
    ? Name extends Names
      ? true
      : false
    : false

export type JsonValueOf<Schema> = Schema extends { readonly 'tensor/array shape': unknown }
  ? Tensor | NullOf<Schema>
  : Schema extends { readonly format: 'binary' }
    ? Uint8Array | NullOf<Schema>
    : Schema extends { readonly enum: readonly (infer Choice)[] }
      ? Choice
      : Schema extends { readonly const: infer Only }
        ? Only
        : Schema extends { readonly type: readonly (infer Type)[] }
          ? OfType<Type, Schema>
          : Schema extends { readonly type: infer Type }
            ? OfType<Type, Schema>
            : Anything

type NullOf<Schema> = Schema extends { readonly type: readonly (infer Type)[] }
  ? 'null' extends Type
    ? null
    : never
  : never

/** `string` itself is a type that TypeScript has widened. */
type OfType<Type, Schema> = string extends Type
  ? Anything
  : Type extends 'string'
    ? string
    : Type extends 'integer' | 'number'
      ? number
      : Type extends 'boolean'
        ? boolean
        : Type extends 'null'
          ? null
          : Type extends 'array'
            ? Schema extends { readonly items: infer Items }
              ? JsonValueOf<Items>[]
              : Anything[]
            : Type extends 'object'
              ? JsonObjectOf<Schema>
              : Anything
