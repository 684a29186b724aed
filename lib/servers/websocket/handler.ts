/** Placeholder: WebSocket conversations are written elsewhere. */
import type { ServedRuntime } from '../../wire/call.ts'
import type { WebSocketHandler } from '../http/exchange.ts'

export function createWebSocketHandler(_runtime: ServedRuntime, _options: object = {}): WebSocketHandler {
  return () => ({
    protocol: null,
    open: (peer) => ({ message: (data) => void peer.send(data), closed: () => {} }),
  })
}
