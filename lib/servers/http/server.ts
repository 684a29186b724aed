/** An HTTP listener in front of handlers: health on `/`, behind it routes, WebSocket conversations or both on one port. */
import type { Listener, Protocol, TlsOptions } from '../../wire/call.ts'
import type { StartSocketFront } from '../socket/start.ts'
import type { HttpHandler, WebSocketHandler } from './exchange.ts'
import { startHttpFront } from './front/start.ts'
import { createHealth } from './health.ts'

/** As in the Python client's WebSocket library and most proxies: a limit there must be, since a body is held whole. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024

export interface HttpServerHandlers {
  /** What the listener is called. */
  readonly protocol: Exclude<Protocol, 'grpc'>
  readonly http: HttpHandler
  /** Default: upgrades are refused. */
  readonly websocket?: WebSocketHandler
  /** Whether calls are taken by what is behind it, once it is serving: `GET /` tells. Default: always. */
  readonly serves?: () => boolean | undefined
}

export interface HttpServerOptions {
  /** Default: 0.0.0.0, as Jina. */
  readonly host?: string
  /** Default: 0, any free one; the listener tells which. */
  readonly port?: number
  /** Largest body or WebSocket message in bytes; -1 = no limit. Default: 128 MB. */
  readonly maxMessageBytes?: number
  /** Default: plain text. */
  readonly tls?: TlsOptions
  /** Told of errors that callers see masked. Default: nobody. */
  readonly onInternalError?: (error: unknown) => void
  /** Opens the port. Default: one of its own. */
  readonly listen?: StartSocketFront
}

/** Rejects with XserveError PORT_IN_USE or START_FAILED. `GET /` says no until `setServing(true)`. */
export async function startHttpServer(
  handlers: HttpServerHandlers,
  options: HttpServerOptions = {},
): Promise<Listener> {
  const { host = '0.0.0.0', port = 0, maxMessageBytes = MAX_MESSAGE_BYTES, tls, onInternalError, listen } = options
  const { protocol, http, websocket } = handlers
  const health = createHealth(handlers.serves)
  const front = await startHttpFront(
    { http: health.guard(http), ...(websocket ? { websocket } : {}) },
    {
      host,
      port,
      maxMessageBytes,
      ...(tls ? { tls } : {}),
      ...(onInternalError ? { onInternalError } : {}),
      ...(listen ? { listen } : {}),
    },
  )
  let closing: Promise<void> | undefined
  return {
    protocol,
    host,
    port: front.port,
    tls: tls !== undefined,
    setServing: health.setServing,
    // Two protocols on one port close it once.
    close(graceMs) {
      health.setServing(false)
      closing ??= front.close(graceMs)
      return closing
    },
  }
}
