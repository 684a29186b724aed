/** The front of HTTP/1.1 and WebSocket on Bun's sockets: Bun.serve drops the body of a GET, and node:http is slower. */
import { type SocketFrontOptions, startSocketFront } from '../../socket/start.ts'
import type { StartHttpFront } from '../exchange.ts'
import { Connection } from './connection.ts'
import type { FrontState } from './front-state.ts'
import { createSharedBuffer } from './outbox.ts'

export const startHttpFront: StartHttpFront = async (handlers, options) => {
  const report = (error: unknown) => options.onInternalError?.(error)
  let state: FrontState | undefined
  const { host, port, tls, maxMessageBytes } = options
  const listening: SocketFrontOptions = { host, port, ...(tls ? { tls } : {}), protocols: ['http/1.1'], report }
  return (options.listen ?? startSocketFront)(listening, (socket, clock) => {
    const { http, websocket } = handlers
    state ??= { http, websocket, maxMessageBytes, clock, shared: createSharedBuffer(), report, draining: false }
    return new Connection(socket, state)
  })
}
