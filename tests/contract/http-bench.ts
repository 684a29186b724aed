/** Fronts of HTTP with handlers for tests, connections to them, and what both say. */
import type {
  HttpFront,
  HttpFrontOptions,
  HttpHandler,
  HttpResponse,
  StartHttpFront,
} from '../../lib/servers/http/exchange.ts'
import { openRawSocket, type RawSocket } from '../servers/http/raw-socket.ts'

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
export const ok = (body: HttpResponse['body'], headers: Record<string, string> = {}): HttpResponse => ({
  status: 200,
  headers,
  body,
})

/** Tells what it was asked. */
export const tell: HttpHandler = async (request) =>
  ok(`${request.method} ${request.path}?${request.query} ${request.version} ${text(await request.body())}`)

export const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

/** Serves handlers on a front of this kind. */
export function createBench(start: StartHttpFront) {
  const opened: { close(graceMs: number): unknown }[] = []
  const close = async (): Promise<void> => {
    for (const item of opened.splice(0).reverse()) await item.close(0)
  }

  async function serve(http: HttpHandler, options: Partial<HttpFrontOptions> = {}): Promise<HttpFront> {
    const front = await start({ http }, { host: '127.0.0.1', port: 0, maxMessageBytes: -1, ...options })
    opened.push(front)
    return front
  }
  async function open(front: HttpFront): Promise<RawSocket> {
    const socket = await openRawSocket(front.port)
    opened.push(socket)
    return socket
  }
  /** A front with one connection to it. */
  async function dial(http: HttpHandler, options: Partial<HttpFrontOptions> = {}) {
    const front = await serve(http, options)
    return { front, socket: await open(front) }
  }

  return { serve, open, dial, start, close }
}

export type Bench = ReturnType<typeof createBench>
