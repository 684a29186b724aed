/** Placeholder: the HTTP front is written elsewhere; this one stands on Bun.serve. */
import type { ServerWebSocket } from 'bun'
import { XserveError } from '../../../errors.ts'
import type {
  HttpRequest,
  HttpResponse,
  StartHttpFront,
  WebSocketHandler,
  WebSocketListener,
  WebSocketPeer,
} from '../exchange.ts'

type Conversation = Extract<ReturnType<WebSocketHandler>, { open: unknown }>
interface Attached {
  readonly conversation: Conversation
  listener?: WebSocketListener
}

function toRequest(request: Request): HttpRequest {
  const url = new URL(request.url)
  let body: Promise<Uint8Array> | undefined
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname),
    query: url.search.slice(1),
    version: '1.1',
    peer: 'somebody',
    header: (name) => request.headers.get(name) ?? undefined,
    body: () => (body ??= request.bytes()),
    cancelled: false,
    onCancel: () => {},
  }
}

const toResponse = ({ status, headers, body }: HttpResponse) =>
  new Response(body as string | null, { status, headers: { ...headers } })

export const startHttpFront: StartHttpFront = async (handlers, options) => {
  try {
    const server = Bun.serve<Attached>({
      hostname: options.host,
      port: options.port,
      maxRequestBodySize: options.maxMessageBytes < 0 ? Number.MAX_SAFE_INTEGER : options.maxMessageBytes,
      ...(options.tls ? { tls: { cert: options.tls.certificate, key: options.tls.key } } : {}),
      async fetch(request, bun) {
        if (request.headers.get('upgrade') !== 'websocket') return toResponse(await handlers.http(toRequest(request)))
        if (!handlers.websocket) return new Response('no WebSocket here', { status: 426 })
        const decision = handlers.websocket(toRequest(request))
        if ('status' in decision) return toResponse(decision)
        bun.upgrade(request, { data: { conversation: decision } })
      },
      websocket: {
        data: {} as Attached,
        open(socket) {
          socket.data.listener = socket.data.conversation.open(peerOf(socket))
        },
        message: (socket, data) => socket.data.listener?.message(data),
        close: (socket, code) => socket.data.listener?.closed(code),
      },
    })
    return {
      port: server.port!,
      close: async () => {
        await server.stop(true)
      },
    }
  } catch (error) {
    throw new XserveError('PORT_IN_USE', `port ${options.port} is taken by another program`, {
      hint: 'choose another port, or --port 0 for any free one',
      cause: error,
    })
  }
}

function peerOf(socket: ServerWebSocket<Attached>): WebSocketPeer {
  return {
    send: (data) => socket.send(data) > 0,
    onDrain: null,
    pause() {},
    resume() {},
    close: (code, reason) => socket.close(code, reason),
  }
}
