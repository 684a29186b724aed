/** Cross-origin calls from browsers, with the headers of Jina's option `cors`: any origin, method and header (Jina facts §2.5). */
import type { HttpRequest, HttpResponse } from './exchange.ts'

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE = '600'
const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'

/** The answer to a preflight; null when the request is none. */
export function preflight(request: HttpRequest): HttpResponse | null {
  if (request.method !== 'OPTIONS') return null
  const origin = request.header('origin')
  if (origin === undefined || request.header('access-control-request-method') === undefined) return null
  const asked = request.header('access-control-request-headers')
  return {
    status: 200,
    headers: {
      ...originHeaders(origin),
      'content-type': 'text/plain; charset=utf-8',
      'access-control-allow-methods': METHODS,
      'access-control-max-age': MAX_AGE,
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
    },
    body: 'OK',
  }
}

/** The answer with what lets a page of another origin read it. */
export function withCors(request: HttpRequest, response: HttpResponse): HttpResponse {
  const origin = request.header('origin')
  if (origin === undefined) return response
  return { ...response, headers: { ...response.headers, ...originHeaders(origin) } }
}

/** The origin by name: with credentials, browsers do not take `*`. */
function originHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  }
}
