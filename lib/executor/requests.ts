/** `@requests`: binds a method to endpoints, in the standard and in the legacy form of decorators. */
import { XserveError } from '../errors.ts'

export const DEFAULT_ENDPOINT = '/default'

/** What `@requests({ … })` takes. */
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

/** One endpoint of one method. */
export interface Binding {
  readonly endpoint: string
  readonly method: string
}

/**
 * What was bound, by what a class can be recognised by: its metadata object (standard decorators; another decorator may wrap
 * the method after us), its prototype (legacy ones), or the function itself where there is no metadata (code compiled before).
 */
const bound = new WeakMap<object, Binding[]>()
const METADATA: symbol = (Symbol as { readonly metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata')

/** What `@requests` bound in this very class, parents left out. */
export function ownBindings(executor: { readonly prototype: object }): readonly Binding[] {
  const { prototype } = executor
  const metadata: unknown = Object.getOwnPropertyDescriptor(executor, METADATA)?.value
  const found = [...(isObject(metadata) ? (bound.get(metadata) ?? []) : []), ...(bound.get(prototype) ?? [])]
  for (const method of Object.getOwnPropertyNames(prototype)) {
    const value: unknown = Object.getOwnPropertyDescriptor(prototype, method)?.value
    // A class does not get the constructor of another one as its method: what it has under that name is itself.
    if (typeof value !== 'function' || method === 'constructor') continue
    for (const { endpoint } of bound.get(value) ?? []) found.push({ endpoint, method })
  }
  return found
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
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

function bind(endpoints: readonly string[], first: unknown, second: unknown, third: unknown): void {
  const standard = isObject(second) && 'kind' in second
  const name = standard ? (second as DecoratorContext).name : second
  const method = standard ? first : (third as PropertyDescriptor | undefined)?.value
  let key: unknown = first
  if (standard) {
    const context = second as DecoratorContext
    if (context.kind !== 'method') throw refused(`stands before a ${context.kind}; it belongs before a method`)
    if (context.static || context.private) throw refused(`cannot bind ${String(name)}: it is static or private`)
    key = context.metadata ?? method
  } else if (typeof first === 'function') throw refused(`cannot bind ${String(name)}: it is static`)
  if (typeof method !== 'function' || (!isObject(key) && typeof key !== 'function'))
    throw refused('belongs before a method')
  if (typeof name !== 'string') throw refused(`cannot bind ${String(name)}: its name is no text`)
  const bindings = endpoints.map((endpoint) => ({ endpoint, method: name }))
  bound.set(key as object, [...(bound.get(key as object) ?? []), ...bindings])
}
