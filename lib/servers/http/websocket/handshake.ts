/** The request that turns a connection into a WebSocket (RFC 6455 §4.2), and its answer. */
import { createHash } from 'node:crypto'
import type { HttpRequest, HttpResponse, WebSocketHandler } from '../exchange.ts'
import { refuse, refuseError } from '../front/refusal.ts'
import { Conversation, type ConversationHost } from './conversation.ts'

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const VERSION = '13'

/** What of a front a handshake needs. */
interface HandshakeOptions {
  readonly websocket: WebSocketHandler | undefined
  readonly maxMessageBytes: number
  readonly report: (error: unknown) => void
}

/** Asked of requests with `connection: upgrade` alone. Upgrades to anything else may be ignored (RFC 9110 §7.8). */
export function wantsWebSocket(request: HttpRequest): boolean {
  if (request.method !== 'GET' || request.version !== '1.1') return false
  const protocols = request.header('upgrade')?.toLowerCase().split(',') ?? []
  return protocols.some((protocol) => protocol.trim() === 'websocket')
}

/** Writes the answer that accepts; one that refuses is returned. */
export function acceptWebSocket(
  request: HttpRequest,
  options: HandshakeOptions,
  host: ConversationHost,
): Conversation | HttpResponse {
  const { websocket, maxMessageBytes, report } = options
  if (websocket === undefined) {
    const detail = 'this port speaks HTTP alone, not WebSocket'
    return refuse({ status: 426, detail }, { upgrade: 'HTTP/1.1' })
  }
  const key = request.header('sec-websocket-key')
  if (key === undefined || !/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key)) {
    return refuse({ status: 400, detail: 'the header "sec-websocket-key" must hold 16 bytes in base64' })
  }
  if (request.header('sec-websocket-version') !== VERSION) {
    const detail = `this port speaks version ${VERSION} of WebSocket`
    return refuse({ status: 426, detail }, { upgrade: 'websocket', 'sec-websocket-version': VERSION })
  }
  let decision: ReturnType<WebSocketHandler>
  try {
    decision = websocket(request)
  } catch (error) {
    return refuseError(error, report)
  }
  if ('status' in decision) return decision
  const { protocol } = decision
  const accept = createHash('sha1')
    .update(key + MAGIC)
    .digest('base64')
  const echoed = protocol === null ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
  host.out.latin1(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${echoed}\r\n`,
  )
  const conversation = decision
  return new Conversation(host, { open: (peer) => conversation.open(peer), maxMessageBytes, report })
}
