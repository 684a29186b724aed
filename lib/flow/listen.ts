/** Opens the listeners of one runtime, one for each port, whatever is spoken there: all or none. */

import type { Listeners } from '../plan/listeners.ts'
import type { ListenerPlan } from '../plan/plan.ts'
import { startGrpcServer } from '../servers/grpc/server.ts'
import type { HttpHandler } from '../servers/http/exchange.ts'
import type { HttpHandlerOptions } from '../servers/http/handler.ts'
import type { HttpServerOptions } from '../servers/http/server.ts'
import type { Listener, Protocol, ServedRuntime } from '../wire/call.ts'
import type { ServerTuning } from '../wire/grpc-tuning.ts'
import { unixPath } from '../wire/unix-socket.ts'

/** Limits without a number are those of the protocol: none on gRPC, 128 MB on HTTP and WebSocket. */
export interface ListenOptions extends HttpServerOptions {
  /** How gRPC treats connections. Default: as it does. */
  readonly tuning?: ServerTuning
  readonly listening: Listeners
  readonly routes: HttpHandlerOptions
  /** Requests of one stream or socket under way at a time; 0 = no limit. Default: 1000, as in Jina. */
  readonly prefetch?: number
}

/** In the order of the protocols. Rejects with the first failure, nothing left open. */
export async function startListeners(runtime: ServedRuntime, options: ListenOptions): Promise<readonly Listener[]> {
  const { listening, host = '' } = options
  // A Unix socket has no ports: there is one for all.
  const groups = unixPath(host) === null ? groupByPort(listening) : [listening.protocols]
  const settled = await Promise.allSettled(groups.map((group) => startGroup(runtime, group, options)))
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const failed = settled.find((one) => one.status === 'rejected')
  if (!failed) {
    return options.listening.protocols.map((wanted) => opened.find(({ protocol }) => protocol === wanted.protocol)!)
  }
  await Promise.allSettled(opened.map((listener) => listener.close(0)))
  throw failed.reason
}

/** Protocols that are one listener. */
function groupByPort({ protocols, shared }: Listeners): readonly (readonly ListenerPlan[])[] {
  const groups = new Map<string, ListenerPlan[]>()
  for (const one of protocols) {
    const key = !shared ? one.protocol : one.port !== 0 ? String(one.port) : one.protocol === 'grpc' ? 'grpc' : 'web'
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

async function startGroup(
  runtime: ServedRuntime,
  group: readonly ListenerPlan[],
  options: ListenOptions,
): Promise<readonly Listener[]> {
  const { port } = group[0]!
  const names = group.map(({ protocol }) => protocol)
  const web = names.filter((protocol) => protocol !== 'grpc')
  if (web.length === 0) return [await startGrpcServer(runtime, { ...options, port })]
  const startWeb = await prepareWeb(runtime, web, options)
  if (web.length === names.length) return startWeb({ port })
  // Both at once: the port is opened when both have said what they do with a connection.
  const { createSharedPort } = await import('../servers/socket/shared-port.ts')
  const { http1, http2 } = createSharedPort()
  const [grpc, others] = await Promise.all([
    startGrpcServer(runtime, { ...options, port, listen: http2 }),
    startWeb({ port, listen: http1 }),
  ])
  return [grpc, ...others]
}

/** What starts HTTP/1 for these protocols. Loaded only when asked for: gRPC alone starts without it. */
async function prepareWeb(
  runtime: ServedRuntime,
  protocols: readonly Exclude<Protocol, 'grpc'>[],
  options: ListenOptions,
): Promise<(where: Pick<HttpServerOptions, 'port' | 'listen'>) => Promise<readonly Listener[]>> {
  const { startHttpServer } = await import('../servers/http/server.ts')
  const http = await httpHandler(runtime, protocols.includes('http'), options)
  const websocket = protocols.includes('websocket')
    ? (await import('../servers/websocket/handler.ts')).createWebSocketHandler(runtime, conversing(options))
    : undefined
  return async (where) => {
    const serves = () => runtime.serves('')
    const handlers = { protocol: protocols[0]!, http, serves, ...(websocket ? { websocket } : {}) }
    const listener = await startHttpServer(handlers, { ...options, ...where })
    return protocols.map((protocol) => ({ ...listener, protocol }))
  }
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
