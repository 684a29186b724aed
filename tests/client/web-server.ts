/** A small HTTP and WebSocket server for tests of callers, with the forms of Jina's gateways; answers as it is told. */
import { Envelope } from '../../lib/wire/envelope.ts'

export type Body = {
  execEndpoint: string
  targetExecutor?: string
  parameters?: Record<string, unknown>
  header: { requestId: string }
  data: Record<string, unknown>[] | null
}

export interface Behaviour {
  /** The answer to POST /post. Default: the documents themselves, with every absent member null. */
  readonly post?: (body: Body) => Promise<Response> | Response
  /** Answers of GET by path. Default: `/` is `{}`, `/dry_run` a success. */
  readonly get?: Readonly<Record<string, () => Response>>
  /** The answer to a binary frame. Default: the request itself. */
  readonly frame?: (
    request: Envelope,
    socket: Bun.ServerWebSocket<unknown>,
  ) => Promise<Uint8Array | null> | Uint8Array | null
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface WebServer extends AsyncDisposable {
  readonly port: number
  readonly address: string
  readonly seen: {
    posts: number
    frames: number
    sockets: number
    endMarks: number
    closed: number[]
    /** Of the last post or socket. */
    headers: Headers | null
  }
  stop(): Promise<void>
}

const NAMES =
  'parent_id granularity adjacency blob tensor mime_type text weight uri tags offset location embedding modality evaluations scores chunks matches'
const NULLS = Object.fromEntries(NAMES.split(' ').map((name) => [name, null]))
const TIME = '2024-01-02T03:04:05.678901+00:00'

/** As Jina writes it: camelCase of its own, snake_case in documents, everything there. */
export function answerOf(body: Body, more: Record<string, unknown> = {}): Response {
  return Response.json({
    header: {
      requestId: 'made-by-the-server',
      status: null,
      execEndpoint: body.execEndpoint,
      targetExecutor: '',
      timeout: null,
    },
    parameters: body.parameters ?? null,
    routes: [{ executor: 'gateway', startTime: TIME, endTime: TIME, status: null }],
    data: (body.data ?? []).map((doc) => ({ ...NULLS, ...doc })),
    ...more,
  })
}

export function startWebServer(behaviour: Behaviour = {}, port = 0): WebServer {
  const seen: WebServer['seen'] = { posts: 0, frames: 0, sockets: 0, endMarks: 0, closed: [], headers: null }
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    ...(behaviour.tls ? { tls: behaviour.tls } : {}),
    async fetch(request, self) {
      // Not those of questions about the server: a client may ask them at the same time.
      if (request.method === 'POST' || request.headers.has('upgrade')) seen.headers = request.headers
      const { pathname } = new URL(request.url)
      if (request.headers.get('upgrade') === 'websocket' && self.upgrade(request)) return undefined
      if (request.method === 'GET') {
        const get = behaviour.get?.[pathname]
        if (get) return get()
        if (pathname === '/') return Response.json({})
        if (pathname === '/dry_run') return Response.json({ code: 0, description: '', exception: null })
      }
      if (request.method !== 'POST' || pathname !== '/post')
        return Response.json({ detail: 'Not Found' }, { status: 404 })
      seen.posts++
      const body = (await request.json()) as Body
      return (behaviour.post ?? answerOf)(body)
    },
    websocket: {
      maxPayloadLength: 64 << 20,
      perMessageDeflate: false,
      open() {
        seen.sockets++
      },
      async message(socket, data) {
        const bytes = data as Buffer
        if (bytes.length === 1 && bytes[0] === 0) {
          seen.endMarks++
          return
        }
        seen.frames++
        const request = Envelope.parse(bytes.slice())
        const answer = behaviour.frame ? await behaviour.frame(request, socket) : request.encode()
        if (answer) socket.send(answer)
      },
      close(_, code) {
        seen.closed.push(code)
      },
    },
  })
  const stop = () => server.stop(true)
  return { port: server.port!, address: `127.0.0.1:${server.port}`, seen, stop, [Symbol.asyncDispose]: stop }
}
