/** Placeholder: WebSocket conversations are written elsewhere. */
import type { ServedRuntime } from '../../wire/call.ts'
import type { WebSocketHandler } from '../http/exchange.ts'

export interface WebSocketHandlerOptions {
  readonly prefetch?: number
  readonly onInternalError?: (error: unknown) => void
}

export function createWebSocketHandler(
  _runtime: ServedRuntime,
  _options: WebSocketHandlerOptions = {},
): WebSocketHandler {
  return () => ({
    protocol: null,
    open: (peer) => ({ message: (data) => void peer.send(data), closed: () => {} }),
  })
}
