/** `@requests`: binds a method to endpoints, in the standard and in the legacy form of decorators. */

import { XserveError } from '../errors.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { createNotes, type DecoratedMethod, type MethodDecorator } from './method-notes.ts'
import type { Declared, Schema, TypedCall } from './typed/declared.ts'

/** What `@requests({ … })` takes. */
export interface RequestsOptions<Input extends Schema = Schema, Parameters extends Schema = Schema> {
  /** Endpoints that call the method; without it, all that nobody else takes. Compared literally. */
  readonly on?: string | readonly string[]
  /** Documents that it takes: a JSON schema, or a schema of zod or another library of Standard Schema. Default: any. */
  readonly input?: Input | undefined
  /** Documents that it gives. Default: as `input`. */
  readonly output?: Schema | undefined
  /** Parameters that it takes. Default: any. */
  readonly parameters?: Parameters | undefined
}

/** A decorator in either form. */
export type RequestsDecorator = MethodDecorator

/** A decorator of methods that take what was declared. */
export interface TypedDecorator<Input extends Schema, Parameters extends Schema> {
  // biome-ignore lint/suspicious/noExplicitAny: any executor
  <T extends (this: any, call: TypedCall<Input, Parameters>) => unknown>(
    method: T,
    context: ClassMethodDecoratorContext,
  ): void
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

/** One endpoint of one method. */
export interface Binding {
  readonly endpoint: string
  readonly method: string
  readonly declared: Declared | null
}

const bound = createNotes<Omit<Binding, 'method'>>(refused)

/** What `@requests` bound in this very class, parents left out. */
export function ownBindings(executor: { readonly prototype: object }): readonly Binding[] {
  return bound.of(executor).map(({ method, value }) => ({ ...value, method }))
}

/**
 * `@requests` and `@requests()` bind the default endpoint, `@requests({ on: '/a' })` one, `{ on: ['/a', '/b'] }` several.
 * Throws XserveError BAD_ENDPOINT for what cannot be bound.
 */
export function requests<T extends DecoratedMethod>(method: T, context: ClassMethodDecoratorContext): void
export function requests(target: object, key: string | symbol, descriptor: PropertyDescriptor): void
export function requests<const Input extends Schema, const Parameters extends Schema>(
  options: RequestsOptions<Input, Parameters> & Required<Pick<RequestsOptions, 'input' | 'parameters'>>,
): TypedDecorator<Input, Parameters>
export function requests<const Input extends Schema>(
  options: RequestsOptions<Input, never> & Required<Pick<RequestsOptions, 'input'>>,
): TypedDecorator<Input, never>
export function requests(options?: RequestsOptions): RequestsDecorator
export function requests(first?: unknown, second?: unknown, third?: unknown): unknown {
  if (second !== undefined) return bound.add([{ endpoint: DEFAULT_ENDPOINT, declared: null }], first, second, third)
  const names = readOptions(first)
  const declared = readDeclared(first)
  const endpoints = names.map((endpoint) => ({ endpoint, declared }))
  return (target: unknown, context: unknown, descriptor?: unknown): void => {
    bound.add(endpoints, target, context, descriptor)
  }
}

function refused(why: string): XserveError {
  return new XserveError('BAD_ENDPOINT', `@requests ${why}`, { hint: "for example @requests({ on: '/search' })" })
}

const OPTIONS: ReadonlySet<string> = new Set(['on', 'input', 'output', 'parameters'])

/** null: nothing is declared. */
function readDeclared(options: unknown): Declared | null {
  if (typeof options !== 'object' || options === null) return null
  const { input, output, parameters } = options as RequestsOptions
  for (const [name, schema] of Object.entries({ input, output, parameters })) {
    if (schema === undefined || isSchema(schema)) continue
    throw refused(`has for ${name} ${JSON.stringify(schema)}, which is no schema: a JSON schema, or one of zod, is`)
  }
  return input === undefined && output === undefined && parameters === undefined ? null : { input, output, parameters }
}

/** An object, or what a library of Standard Schema makes, which may be a function. */
function isSchema(value: unknown): boolean {
  if (typeof value === 'function') return '~standard' in value
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readOptions(options: unknown): readonly string[] {
  if (options === undefined) return [DEFAULT_ENDPOINT]
  if (typeof options !== 'object' || options === null)
    throw refused(`takes an object, not ${JSON.stringify(options) ?? typeof options}`)
  for (const key of Object.keys(options)) if (!OPTIONS.has(key)) throw refused(`has no option ${JSON.stringify(key)}`)
  const { on } = options as RequestsOptions
  if (on === undefined) return [DEFAULT_ENDPOINT]
  const list = typeof on === 'string' ? [on] : on
  if (!Array.isArray(list) || list.length === 0 || list.some((name) => typeof name !== 'string' || name === '')) {
    throw refused('needs for `on` an endpoint or a list of endpoints, none of them empty')
  }
  return list
}
