/** Placeholder: the HTTP routes are written elsewhere. */
import type { ServedRuntime } from '../../../wire/call.ts'
import type { HttpHandler } from '../exchange.ts'
import type { HttpRouteOptions } from './options.ts'

export function createHttpHandler(runtime: ServedRuntime, options: HttpRouteOptions = {}): HttpHandler {
  return async (request) => {
    const json = { 'content-type': 'application/json' }
    if (request.path === '/') return { status: 200, headers: json, body: '{}' }
    if (request.path === '/docs') return { status: 200, headers: json, body: JSON.stringify(options) }
    if (request.path === '/endpoints')
      return { status: 200, headers: json, body: JSON.stringify(await runtime.endpoints()) }
    if (request.method === 'POST') return { status: 200, headers: json, body: await request.body() }
    return { status: 404, headers: json, body: '{"detail":"Not Found"}' }
  }
}
