/** `@requests`: binds a method to endpoints, in the standard and in the legacy form of decorators. */
import { XserveError } from '../errors.ts'

export const DEFAULT_ENDPOINT = '/default'

export interface RequestsOptions {
  /** Endpoints that call the method; without it, all that nobody else takes. Compared literally. */
  readonly on?: string | readonly string[]
}

// biome-ignore lint/suspicious/noExplicitAny: any method can be decorated, whatever its argument and executor
type Method = (this: any, call: any) => unknown

/** A decorator in either form. */
export interface RequestsDecorator {
  <T extends Method>(method: T, context: ClassMethodDecoratorContext): void
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

/** A function itself carries its endpoints, so that inheritance and renaming need no registry of classes. */
const bound = new WeakMap<object, readonly string[]>()

/** Endpoints that a function was bound to by `@requests`. */
export function endpointsOf(method: unknown): readonly string[] {
  return typeof method === 'function' ? (bound.get(method) ?? []) : []
}

/**
 * `@requests` and `@requests()` bind the default endpoint, `@requests({ on: '/a' })` one, `{ on: ['/a', '/b'] }` several.
 * Throws XserveError BAD_ENDPOINT for what cannot be bound.
 */
export function requests<T extends Method>(method: T, context: ClassMethodDecoratorContext): void
export function requests(target: object, key: string | symbol, descriptor: PropertyDescriptor): void
export function requests(options?: RequestsOptions): RequestsDecorator
export function requests(first?: unknown, second?: unknown, third?: unknown): unknown {
  if (second !== undefined) return bind([DEFAULT_ENDPOINT], first, second, third)
  const endpoints = readOptions(first)
  return (target: unknown, context: unknown, descriptor?: unknown) => bind(endpoints, target, context, descriptor)
}

function refused(why: string): XserveError {
  return new XserveError('BAD_ENDPOINT', `@requests ${why}`, { hint: "for example @requests({ on: '/search' })" })
}

function readOptions(options: unknown): readonly string[] {
  if (options === undefined) return [DEFAULT_ENDPOINT]
  if (typeof options !== 'object' || options === null) throw refused(`takes an object, not ${JSON.stringify(options) ?? typeof options}`)
  for (const key of Object.keys(options)) if (key !== 'on') throw refused(`has no option ${JSON.stringify(key)}`)
  const { on } = options as RequestsOptions
  if (on === undefined) return [DEFAULT_ENDPOINT]
  const list = typeof on === 'string' ? [on] : on
  if (!Array.isArray(list) || list.length === 0 || list.some((name) => typeof name !== 'string' || name === '')) {
    throw refused('needs for `on` an endpoint or a list of endpoints, none of them empty')
  }
  return list
}

function bind(endpoints: readonly string[], first: unknown, second: unknown, third: unknown): void {
  const standard = typeof second === 'object' && second !== null && 'kind' in second
  const method = standard ? first : (third as PropertyDescriptor | undefined)?.value
  if (standard) {
    const context = second as DecoratorContext
    if (context.kind !== 'method') throw refused(`stands before a ${context.kind}; it belongs before a method`)
    if (context.static || context.private) throw refused(`cannot bind ${String(context.name)}: it is static or private`)
  }
  if (typeof method !== 'function') throw refused('belongs before a method')
  bound.set(method, [...endpointsOf(method), ...endpoints])
}
