/** The answers that every route may give, in FastAPI's words (Jina facts §2.2). */
import type { XserveError } from '../../errors.ts'
import { detailOf } from '../json/invalid.ts'
import type { HttpResponse } from './exchange.ts'

const JSON_TYPE = { 'content-type': 'application/json' } as const

/** `body`: JSON, in UTF-8 if it is bytes. */
export function jsonReply(body: string | Uint8Array, status = 200): HttpResponse {
  return { status, headers: JSON_TYPE, body }
}

/** The same, of bytes that are used again once they have been `copied`. */
export function lentReply(body: Uint8Array, copied: (body: Uint8Array) => void): HttpResponse {
  return { status: 200, headers: JSON_TYPE, body, copied }
}

export function htmlReply(body: string): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

export function notFound(): HttpResponse {
  return jsonReply('{"detail":"Not Found"}', 404)
}

/** The same request is to be made of another path. */
export function movedTo(location: string): HttpResponse {
  return { status: 307, headers: { location }, body: null }
}

export function notAllowed(methods: Iterable<string>): HttpResponse {
  return {
    status: 405,
    headers: { ...JSON_TYPE, allow: [...methods].sort().join(', ') },
    body: '{"detail":"Method Not Allowed"}',
  }
}

/** An error with its status from the catalogue; the body tells place and reason. */
export function errorReply(error: XserveError): HttpResponse {
  return jsonReply(JSON.stringify({ detail: [detailOf(error)] }), error.httpStatus)
}
