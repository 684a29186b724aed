/** Fronts with WebSockets, and the far end of their sockets by hand: the handshake, frames, the close. */
import { expect } from 'bun:test'
import type {
  HttpFront,
  HttpFrontOptions,
  WebSocketHandler,
  WebSocketPeer,
} from '../../../../lib/servers/http/exchange.ts'
import { startHttpFront } from '../../../../lib/servers/http/front/start.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'

const opened: { close(graceMs: number): unknown }[] = []
/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const item of opened.splice(0).reverse()) await item.close(0)
}

export const HANDSHAKE = {
  host: 'x',
  connection: 'keep-alive, Upgrade',
  upgrade: 'WebSocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}
export const request = (headers: Record<string, string> = {}): string =>
  `GET /ws HTTP/1.1\r\n${Object.entries({ ...HANDSHAKE, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

/** Answers each message with itself; what happened is in `closed`. */
export function echo() {
  const closed = Promise.withResolvers<number>()
  const peer = Promise.withResolvers<WebSocketPeer>()
  const handler: WebSocketHandler = () => ({
    protocol: null,
    open(opened) {
      peer.resolve(opened)
      return { message: (data) => void opened.send(data), closed: (code) => closed.resolve(code) }
    },
  })
  return { handler, closed: closed.promise, peer: peer.promise }
}

export async function serve(websocket?: WebSocketHandler, options: Partial<HttpFrontOptions> = {}): Promise<HttpFront> {
  const http = () => ({ status: 200, headers: {}, body: 'http' })
  const front = await startHttpFront(
    { http, ...(websocket === undefined ? {} : { websocket }) },
    { host: '127.0.0.1', port: 0, maxMessageBytes: -1, ...options },
  )
  opened.push(front)
  return front
}

export async function dial(websocket?: WebSocketHandler, options: Partial<HttpFrontOptions> = {}): Promise<RawSocket> {
  const socket = await openRawSocket((await serve(websocket, options)).port)
  opened.push(socket)
  return socket
}

export async function shake(websocket: WebSocketHandler, options: Partial<HttpFrontOptions> = {}): Promise<RawSocket> {
  const socket = await dial(websocket, options)
  socket.write(request())
  await socket.until('\r\n\r\n')
  return socket
}

export async function readFrame(socket: RawSocket): Promise<{ opcode: number; payload: Buffer }> {
  const [first, second] = (await socket.bytes(2)) as unknown as [number, number]
  expect(first & 0xf0).toBe(128)
  let length = second
  if (second === 126) length = (await socket.bytes(2)).readUInt16BE()
  if (second === 127) length = Number((await socket.bytes(8)).readBigUInt64BE())
  return { opcode: first & 15, payload: Buffer.from(await socket.bytes(length)) }
}

export async function readClose(socket: RawSocket): Promise<number> {
  const { opcode, payload } = await readFrame(socket)
  expect(opcode).toBe(8)
  return payload.readUInt16BE()
}
