/** `@requests`: binds a method to endpoints, in the standard and in the legacy form of decorators. */
import { XserveError } from '../errors.ts'
import { createNotes, type DecoratedMethod, type MethodDecorator } from './method-notes.ts'

export const DEFAULT_ENDPOINT = '/default'

/** What `@requests({ … })` takes. */
export interface RequestsOptions {
  /** Endpoints that call the method; without it, all that nobody else takes. Compared literally. */
  readonly on?: string | readonly string[]
}

/** A decorator in either form. */
export type RequestsDecorator = MethodDecorator

/** One endpoint of one method. */
export interface Binding {
  readonly endpoint: string
  readonly method: string
}

const bound = createNotes<string>(refused)

/** What `@requests` bound in this very class, parents left out. */
export function ownBindings(executor: { readonly prototype: object }): readonly Binding[] {
  return bound.of(executor).map(({ method, value }) => ({ endpoint: value, method }))
}

/**
 * `@requests` and `@requests()` bind the default endpoint, `@requests({ on: '/a' })` one, `{ on: ['/a', '/b'] }` several.
 * Throws XserveError BAD_ENDPOINT for what cannot be bound.
 */
export function requests<T extends DecoratedMethod>(method: T, context: ClassMethodDecoratorContext): void
export function requests(target: object, key: string | symbol, descriptor: PropertyDescriptor): void
export function requests(options?: RequestsOptions): RequestsDecorator
export function requests(first?: unknown, second?: unknown, third?: unknown): unknown {
  if (second !== undefined) return bound.add([DEFAULT_ENDPOINT], first, second, third)
  const endpoints = readOptions(first)
  return (target: unknown, context: unknown, descriptor?: unknown): void => {
    bound.add(endpoints, target, context, descriptor)
  }
}

function refused(why: string): XserveError {
  return new XserveError('BAD_ENDPOINT', `@requests ${why}`, { hint: "for example @requests({ on: '/search' })" })
}

function readOptions(options: unknown): readonly string[] {
  if (options === undefined) return [DEFAULT_ENDPOINT]
  if (typeof options !== 'object' || options === null)
    throw refused(`takes an object, not ${JSON.stringify(options) ?? typeof options}`)
  for (const key of Object.keys(options)) if (key !== 'on') throw refused(`has no option ${JSON.stringify(key)}`)
  const { on } = options as RequestsOptions
  if (on === undefined) return [DEFAULT_ENDPOINT]
  const list = typeof on === 'string' ? [on] : on
  if (!Array.isArray(list) || list.length === 0 || list.some((name) => typeof name !== 'string' || name === '')) {
    throw refused('needs for `on` an endpoint or a list of endpoints, none of them empty')
  }
  return list
}
