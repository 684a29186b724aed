/** Endpoint → method: one table, whether bound by decorators, by a static map, or from the command line (Jina facts §3.2, §3.8). */

import { XserveError } from '../errors.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { Executor } from './executor.ts'
import { ownBindings } from './requests.ts'
import type { Declared } from './typed/declared.ts'
import type { TypedEndpoint } from './typed/typed-endpoints.ts'

export type EndpointTable = ReadonlyMap<string, string>

function refused(why: string, hint?: string): XserveError {
  return new XserveError('BAD_ENDPOINT', why, { hint })
}

/**
 * Parents' endpoints first; a class overrides them one by one, and `usesRequests` overrides all. What it does not name stays,
 * except that a method which it names is no longer the one of every endpoint, or it would go on answering at all of them.
 * (Jina takes the last endpoint of such a method away, whichever it is, so that the order of lines matters.)
 * Throws XserveError BAD_ENDPOINT for methods that are none and endpoints bound twice in one class.
 */
export function buildEndpoints(
  executor: typeof Executor,
  usesRequests: Readonly<Record<string, string>> = {},
): EndpointTable {
  const table = new Map<string, string>()
  for (const one of chainOf(executor)) for (const [endpoint, method] of ownEndpoints(one)) table.set(endpoint, method)
  const given = Object.entries(usesRequests)
  for (const [endpoint, method] of given) checkMethod(executor, endpoint, method)
  const general = table.get(DEFAULT_ENDPOINT)
  if (given.some(([, method]) => method === general)) table.delete(DEFAULT_ENDPOINT)
  for (const [endpoint, method] of given) table.set(endpoint, method)
  return table
}

/** What the endpoints of a table have declared; a method that has been bound anew keeps what it had. */
function declaredEndpoints(executor: typeof Executor, table: EndpointTable): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>()
  for (const [endpoint, method] of table) {
    const bindings = chainOf(executor)
      .flatMap((one) => ownBindings(one))
      .filter((binding) => binding.method === method && binding.declared !== null)
    const own = bindings.findLast((binding) => binding.endpoint === endpoint) ?? bindings.at(-1)
    if (own?.declared) found.set(endpoint, own.declared)
  }
  return found
}

/**
 * The checks of what is declared, by endpoint; null: nothing is, and then nothing of it is loaded either. Rejects with
 * XserveError BAD_ENDPOINT for what is no schema.
 */
export async function typedOf(
  executor: typeof Executor,
  table: EndpointTable,
): Promise<ReadonlyMap<string, TypedEndpoint> | null> {
  const declared = declaredEndpoints(executor, table)
  if (declared.size === 0) return null
  const { typedEndpoints } = await import('./typed/typed-endpoints.ts')
  return typedEndpoints(declared)
}

/** Parents first. */
function chainOf(executor: typeof Executor): (typeof Executor)[] {
  const chain: (typeof Executor)[] = []
  for (let one = executor; one !== Executor && typeof one === 'function'; one = Object.getPrototypeOf(one))
    chain.unshift(one)
  return chain
}

function ownEndpoints(one: typeof Executor): Map<string, string> {
  const own = new Map<string, string>()
  const add = (endpoint: string, method: string): void => {
    const other = own.get(endpoint)
    if (other !== undefined && other !== method) {
      throw refused(`${one.name} binds the endpoint ${endpoint} twice, to ${other} and to ${method}`)
    }
    own.set(endpoint, method)
  }
  for (const { endpoint, method } of ownBindings(one)) add(endpoint, method)
  const map = Object.hasOwn(one, 'requests') ? one.requests : undefined
  if (map === undefined) return own
  if (typeof map !== 'object' || map === null)
    throw refused(`${one.name}.requests must be an object: endpoint to method name`)
  for (const [endpoint, method] of Object.entries(map)) {
    checkMethod(one, endpoint, method)
    add(endpoint, method)
  }
  return own
}

function checkMethod(one: typeof Executor, endpoint: string, method: unknown): void {
  const target: unknown =
    typeof method === 'string' ? (one.prototype as unknown as Record<string, unknown>)[method] : undefined
  if (typeof target === 'function' && method !== 'constructor') return
  throw refused(
    `${one.name} has no method ${JSON.stringify(method)} for the endpoint ${endpoint}`,
    `methods: ${methodsOf(one).join(', ') || 'none'}`,
  )
}

function methodsOf(one: typeof Executor): string[] {
  const names = new Set<string>()
  for (let at = one.prototype; at !== Executor.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== 'constructor') names.add(name)
  }
  return [...names]
}
