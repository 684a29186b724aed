/** What plain HTTP requests get on a port that serves WebSocket alone: the health check, else where they went wrong. */
import type { HttpHandler } from '../http/exchange.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const WRONG_PROTOCOL = JSON.stringify({
  detail: 'this port speaks WebSocket: connect to ws://HOST:PORT/; HTTP is served with --protocol http',
})

/** 426 names the protocol that is expected, as RFC 9110 §15.5.22 wants it. */
export const answerPlainHttp: HttpHandler = ({ method, path }) => {
  if (path === '/' && (method === 'GET' || method === 'HEAD')) return { status: 200, headers: JSON_TYPE, body: '{}' }
  return { status: 426, headers: { ...JSON_TYPE, upgrade: 'websocket' }, body: WRONG_PROTOCOL }
}
