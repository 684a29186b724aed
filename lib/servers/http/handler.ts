/** Placeholder: the HTTP routes are written elsewhere. */
import type { ServedRuntime } from '../../wire/call.ts'
import type { HttpHandler } from './exchange.ts'

export interface HttpHandlerOptions {
  readonly noDebugEndpoints?: boolean
  readonly noCrudEndpoints?: boolean
  readonly statusOnly?: boolean
  readonly exposeEndpoints?: unknown
  readonly cors?: boolean
  readonly title?: string
  readonly description?: string
  readonly version?: string
}

export function createHttpHandler(_runtime: ServedRuntime, options: HttpHandlerOptions = {}): HttpHandler {
  return async (request) => {
    const json = { 'content-type': 'application/json' }
    if (request.path === '/') return { status: 200, headers: json, body: '{}' }
    if (request.path === '/docs') return { status: 200, headers: json, body: JSON.stringify(options) }
    if (!options.statusOnly && request.method === 'POST')
      return { status: 200, headers: json, body: await request.body() }
    return { status: 404, headers: json, body: '{"detail":"Not Found"}' }
  }
}
