/** Jina's HTTP gateway (Jina facts §2.1, §2.3): one handler that finds the route of a request. Knows nothing of sockets. */

import type { ServedRuntime } from '../../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../../wire/dry-run.ts'
import { preflight, withCors } from './cors.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from './exchange.ts'
import { documentationRoutes } from './openapi/routes.ts'
import { movedTo, notAllowed, notFound } from './reply.ts'
import { callRoute } from './routes/call.ts'
import { eventsRoute, wantsEvents } from './routes/events.ts'
import { parseExposedEndpoints } from './routes/exposed.ts'
import { createRouteTable } from './routes/table.ts'

export interface HttpHandlerOptions {
  /** Without /status, /dry_run and /post. */
  readonly noDebugEndpoints?: boolean
  /** Without /index, /search, /delete and /update. */
  readonly noCrudEndpoints?: boolean
  /** Without any route that reaches an executor: what a WebSocket port answers to HTTP. */
  readonly statusOnly?: boolean
  /** Jina's `expose_endpoints`: an object, or its JSON text. */
  readonly exposeEndpoints?: unknown
  readonly cors?: boolean
  /** Of the OpenAPI document. */
  readonly title?: string
  readonly description?: string
  /** The product's own version. */
  readonly version?: string
  /** Answers requests whose path nobody has here. Default: they are told so by 404. */
  readonly beside?: HttpHandler | undefined
}

/** Throws XserveError BAD_ARGUMENT for what `exposeEndpoints` cannot be. */
export function createHttpHandler(runtime: ServedRuntime, options: HttpHandlerOptions = {}): HttpHandler {
  const reaches = options.statusOnly !== true
  const debug = options.noDebugEndpoints !== true
  const crud = reaches && options.noCrudEndpoints !== true
  const exposed = reaches ? parseExposedEndpoints(options.exposeEndpoints) : []
  const endpoints = async (): Promise<readonly string[]> =>
    reaches ? (await runtime.endpoints()).filter((name) => name !== DRY_RUN_ENDPOINT) : []
  const table = createRouteTable(runtime, {
    debug,
    reaches,
    crud,
    exposed,
    documentation: reaches
      ? documentationRoutes({
          debug,
          crud,
          exposed,
          endpoints,
          streams: () => runtime.streams(),
          schemas: () => runtime.schemas(),
          title: options.title,
          description: options.description,
          version: options.version,
        })
      : {},
  })
  const routes: Routes = { table, endpoints, streams: () => runtime.streams(), ...createOwnRoutes(runtime) }
  const route = (request: HttpRequest): HttpResponse | Promise<HttpResponse> => {
    const handler = table.get(request.path)?.get(request.method)
    return handler ? handler(request) : routeToEndpoint(request, routes, options.beside)
  }
  if (options.cors !== true) return route
  return async (request) => preflight(request) ?? withCors(request, await route(request))
}

interface Routes {
  readonly table: ReturnType<typeof createRouteTable>
  readonly endpoints: () => Promise<readonly string[]>
  readonly streams: () => Promise<readonly string[]>
  readonly call: (endpoint: string) => HttpHandler
  readonly events: (endpoint: string) => HttpHandler
}

/**
 * The name of an executor's endpoint is the path of a call of it: POST, or GET where it streams. Else the path or the method
 * is wrong.
 */
async function routeToEndpoint(request: HttpRequest, routes: Routes, beside?: HttpHandler): Promise<HttpResponse> {
  const { method, path } = request
  const bare = path.slice(1)
  const endpoint = (await routes.endpoints()).find((name) => name === path || name === bare)
  let further: string | undefined
  if (endpoint !== undefined) {
    const streams = (await routes.streams()).includes(endpoint)
    if (streams && (method === 'GET' || (method === 'POST' && wantsEvents(request))))
      return routes.events(endpoint)(request)
    if (method === 'POST' && !streams) return routes.call(endpoint)(request)
    further = streams ? 'GET' : 'POST'
  }
  const allowed = new Set(routes.table.get(path)?.keys())
  if (further !== undefined) allowed.add(further)
  if (allowed.size === 0) return (await withoutSlash(request, routes)) ?? (beside ? beside(request) : notFound())
  const reply = notAllowed(allowed)
  return method === 'HEAD' ? { ...reply, body: null } : reply
}

/** FastAPI sends who asks for `/post/` to `/post`, if there is one. */
async function withoutSlash(
  { path, rawPath, query }: HttpRequest,
  { table, endpoints }: Routes,
): Promise<HttpResponse | null> {
  const bare = path.slice(0, -1)
  if (!path.endsWith('/') || !rawPath.endsWith('/') || bare === '' || bare.endsWith('/')) return null
  if (!table.has(bare) && !(await endpoints()).some((name) => name === bare || name === bare.slice(1))) return null
  return movedTo(rawPath.slice(0, -1) + (query === '' ? '' : `?${query}`))
}

/** One handler for each endpoint that has been asked for; names come from the executor, so there is an end to them. */
function createOwnRoutes(runtime: ServedRuntime): Pick<Routes, 'call' | 'events'> {
  // Only Jina's second dialect has such routes, so that is what their callers speak unless they show otherwise.
  return {
    call: kept((endpoint) => callRoute(runtime, endpoint, 'v2')),
    events: kept((endpoint) => eventsRoute(runtime, endpoint)),
  }
}

function kept(make: (endpoint: string) => HttpHandler): (endpoint: string) => HttpHandler {
  const made = new Map<string, HttpHandler>()
  return (endpoint) => {
    const known = made.get(endpoint)
    if (known) return known
    const handler = make(endpoint)
    made.set(endpoint, handler)
    return handler
  }
}
