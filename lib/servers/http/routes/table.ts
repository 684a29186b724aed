/** The routes that are there whatever the executors are: path → method → handler. */
import type { ServedRuntime } from '../../../wire/call.ts'
import type { HttpHandler } from '../exchange.ts'
import { callRoute } from './call.ts'
import type { ExposedEndpoint } from './exposed.ts'
import { dryRunRoute, healthRoute, statusRoute } from './status.ts'

export type Methods = ReadonlyMap<string, HttpHandler>
export type RouteTable = ReadonlyMap<string, Methods>

/** Jina's routes that make, find and change documents: the path is the endpoint. */
export const CRUD_ROUTES = [
  ['POST', '/index'],
  ['POST', '/search'],
  ['DELETE', '/delete'],
  ['PUT', '/update'],
] as const

export interface TableOptions {
  readonly debug: boolean
  /** Whether callers may reach executors at all. */
  readonly reaches: boolean
  readonly crud: boolean
  readonly exposed: readonly ExposedEndpoint[]
  /** GET /docs, /redoc, /openapi.json. */
  readonly documentation: Readonly<Record<string, HttpHandler>>
}

export function createRouteTable(runtime: ServedRuntime, options: TableOptions): RouteTable {
  const table = new Map<string, Map<string, HttpHandler>>()
  const add = (method: string, path: string, handler: HttpHandler): void => {
    const methods = table.get(path) ?? new Map<string, HttpHandler>()
    table.set(path, methods)
    // What was there first stays: the operator's routes do not take the health check away.
    if (!methods.has(method)) methods.set(method, handler)
  }
  add('GET', '/', healthRoute)
  if (options.debug) {
    add('GET', '/status', statusRoute(runtime))
    add('GET', '/dry_run', dryRunRoute(runtime))
    if (options.reaches) add('POST', '/post', callRoute(runtime, null, null))
  }
  if (options.crud) for (const [method, path] of CRUD_ROUTES) add(method, path, callRoute(runtime, path, 'v1'))
  for (const { endpoint, path, methods } of options.exposed) {
    const handler = callRoute(runtime, endpoint, 'v1')
    for (const method of methods) add(method, path, handler)
  }
  for (const [path, handler] of Object.entries(options.documentation)) add('GET', path, handler)
  return table
}
