/** Opens the listeners of one runtime, one for each protocol, HTTP and WebSocket on one port if wanted: all or none. */

import { startGrpcServer } from '../servers/grpc/server.ts'
import type { HttpHandler } from '../servers/http/exchange.ts'
import type { HttpHandlerOptions } from '../servers/http/handler.ts'
import type { HttpServerOptions } from '../servers/http/server.ts'
import type { Listener, Protocol, ServedRuntime } from '../wire/call.ts'

export interface ProtocolPort {
  readonly protocol: Protocol
  /** 0 = any free one. */
  readonly port: number
}

/** What is to be listened on; protocols are there once at most. */
export interface Listening {
  readonly protocols: readonly ProtocolPort[]
  /** HTTP and WebSocket are one listener: their ports are the same. */
  readonly shared: boolean
}

/** Limits without a number are those of the protocol: none on gRPC, 128 MB on HTTP and WebSocket. */
export interface ListenOptions extends HttpServerOptions {
  readonly listening: Listening
  readonly routes: HttpHandlerOptions
  /** Requests of one stream or socket under way at a time; 0 = no limit. Default: 1000, as in Jina. */
  readonly prefetch?: number
}

/** In the order of the protocols. Rejects with the first failure, nothing left open. */
export async function startListeners(runtime: ServedRuntime, options: ListenOptions): Promise<readonly Listener[]> {
  const { protocols, shared } = options.listening
  const starting = new Map<Protocol, Promise<Listener>>()
  for (const { protocol, port } of protocols) {
    if (protocol === 'grpc') starting.set(protocol, startGrpcServer(runtime, { ...options, port }))
    else if (!shared) starting.set(protocol, startWeb(runtime, [protocol], { ...options, port }))
    else if (starting.has('http') || starting.has('websocket')) continue
    else {
      const both = startWeb(runtime, ['http', 'websocket'], { ...options, port })
      starting.set('http', both)
      starting.set(
        'websocket',
        both.then((listener) => ({ ...listener, protocol: 'websocket' })),
      )
    }
  }
  const settled = await Promise.allSettled(protocols.map(({ protocol }) => starting.get(protocol)!))
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = settled.find((one) => one.status === 'rejected')
  if (!failed) return opened
  await Promise.allSettled(opened.map((listener) => listener.close(0)))
  throw failed.reason
}

/** One port for what is on HTTP/1. Loaded only when asked for: gRPC alone starts without it. */
async function startWeb(
  runtime: ServedRuntime,
  protocols: readonly ['http' | 'websocket', ...Protocol[]],
  options: ListenOptions,
): Promise<Listener> {
  const { startHttpServer } = await import('../servers/http/server.ts')
  const http = await httpHandler(runtime, protocols.includes('http'), options)
  const websocket = protocols.includes('websocket')
    ? (await import('../servers/websocket/handler.ts')).createWebSocketHandler(runtime, conversing(options))
    : undefined
  return startHttpServer({ protocol: protocols[0], http, ...(websocket ? { websocket } : {}) }, options)
}

async function httpHandler(runtime: ServedRuntime, served: boolean, options: ListenOptions): Promise<HttpHandler> {
  const { createHttpHandler } = await import('../servers/http/handler.ts')
  if (served) return createHttpHandler(runtime, options.routes)
  const { tellPlainHttp } = await import('../servers/websocket/plain.ts')
  return tellPlainHttp(createHttpHandler(runtime, { ...options.routes, statusOnly: true }))
}

const conversing = ({ onInternalError, prefetch }: ListenOptions) => ({
  ...(onInternalError ? { onInternalError } : {}),
  ...(prefetch === undefined ? {} : { prefetch }),
})
