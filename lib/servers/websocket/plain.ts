/** What plain HTTP requests get on a port that serves WebSocket alone: status and health, else where they went wrong. */
import type { HttpHandler, HttpResponse } from '../http/exchange.ts'

/** 426 names the protocol that is expected, as RFC 9110 §15.5.22 wants it. */
const WRONG_PROTOCOL: HttpResponse = {
  status: 426,
  headers: { 'content-type': 'application/json', upgrade: 'websocket' },
  body: JSON.stringify({
    detail: 'this port speaks WebSocket: connect to ws://HOST:PORT/; HTTP is served with --protocol http',
  }),
}

/** The handler of the few paths that both have; what it does not know was meant for another port. */
export function tellPlainHttp(handler: HttpHandler): HttpHandler {
  return async (request) => {
    const response = await handler(request)
    return response.status === 404 || response.status === 405 ? WRONG_PROTOCOL : response
  }
}
