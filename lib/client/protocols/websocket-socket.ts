/**
 * A WebSocket of our own over node's sockets: the runtime's refuses servers that do not echo the sub-protocol, as Jina's do not
 * (Jina facts §2.6), and tells neither when there is room again nor why TLS failed.
 */

import { createHash, randomBytes } from 'node:crypto'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { asXserveError, XserveError } from '../../errors.ts'
import type { CallerTls } from '../../wire/call.ts'
import { ABNORMAL, NO_CODE, NORMAL, PROTOCOL_ERROR } from '../../wire/close-code.ts'
import { timerMs } from '../../within.ts'
import { codeAndMessage, notConnected, unreachable } from './http-error.ts'
import { authorityOf, socketPlace } from './socket-place.ts'
import { socketTls } from './socket-tls.ts'
import { cancelled } from './websocket-error.ts'
import { createFrameReader, encodeFrame, type Frame, OPCODE } from './websocket-frames.ts'

export interface SocketListener {
  /** Binary messages only: a text is an error, told by `closed`. */
  message(bytes: Uint8Array): void
  /** Once. `code` 1006: without a close frame; `error`: what came was no WebSocket. */
  closed(code: number, reason: string, error: XserveError | null): void
}

export interface ClientSocket {
  /** false: it is taken, but wait for `drained` before the next one. */
  send(bytes: Uint8Array): boolean
  /** Resolves when there is room again, and when it has closed. */
  drained(): Promise<void>
  /** Reads no further messages until resumed. */
  pause(): void
  resume(): void
  /** Close frame, then the end; the listener hears no more. */
  close(): void
  /** The end at once; the listener hears no more. */
  terminate(): void
}

export interface SocketOptions {
  readonly tls: boolean | CallerTls
  readonly path: string
  readonly protocol: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const MOST_HEAD = 16 * 1024
const MOST_TOLD = 200
/** How long the other side may take to close after us. */
const CLOSING_MS = 1000

/** `address`: `host:port`. Rejects with XserveError UNREACHABLE, CANCELLED; the listener hears of what comes after. */
export function openWebSocket(
  address: string,
  options: SocketOptions,
  listener: SocketListener,
): Promise<ClientSocket> {
  const { timeoutMs, signal } = options
  if (signal.aborted) return Promise.reject(cancelled(address))
  const { promise, resolve, reject } = Promise.withResolvers<ClientSocket>()
  const key = randomBytes(16).toString('base64')
  const socket = connect(address, options.tls, () => socket.write(upgradeRequest(address, key, options)))
  let head: Buffer = Buffer.alloc(0)
  const settle = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    socket.removeAllListeners()
  }
  const fail = (error: XserveError) => {
    settle()
    socket.on('error', () => {})
    socket.destroy()
    reject(error)
  }
  const abort = () => fail(cancelled(address))
  const timer = setTimeout(
    () => fail(unreachable(address, `no connection within ${timeoutMs} ms`, null)),
    timerMs(timeoutMs),
  )
  signal.addEventListener('abort', abort)
  socket.on('error', (error) => {
    const { code, message } = codeAndMessage(error)
    fail(
      unreachable(address, notConnected(code, message) ?? (code === 'ECONNRESET' ? 'it was closed' : message), error),
    )
  })
  socket.on('close', () => fail(unreachable(address, 'it was closed', null)))
  socket.on('data', (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length < MOST_HEAD) return
    const [top, body] = end === -1 ? [head.toString('latin1', 0, MOST_HEAD), ''] : partsOf(head, end)
    const wrong = refusedBy(top, key, options.protocol)
    if (wrong !== null) return fail(unreachable(address, `${wrong}${firstLine(top, body)}`, null))
    settle()
    const open = converse(address, socket, listener)
    resolve(open)
    // What came with the handshake waits until the caller has the socket.
    const rest = head.subarray(end + 4)
    if (rest.length > 0) queueMicrotask(() => open.push(rest))
  })
  return promise
}

function connect(address: string, tls: SocketOptions['tls'], onConnect: () => void): Socket {
  const place = socketPlace(address)
  const host = 'host' in place ? place.host : 'localhost'
  const socket = tls
    ? connectTls(
        { ...place, ...(typeof tls === 'object' ? socketTls(tls) : {}), ...(isIP(host) ? {} : { servername: host }) },
        onConnect,
      )
    : connectPlain(place, onConnect)
  socket.setNoDelay(true)
  return socket
}

function upgradeRequest(address: string, key: string, { headers, path, protocol }: SocketOptions): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${authorityOf(address)}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** Why the answer is no handshake; null when it is one. No sub-protocol in it is taken for the one asked for. */
function refusedBy(head: string, key: string, protocol: string): string | null {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? []
  if (status === undefined) return 'what is there speaks no HTTP'
  if (status !== '101') return `what is there answers HTTP status ${status} instead of a WebSocket`
  const header = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'im').exec(head)?.[1]
  if (header('sec-websocket-accept') !== createHash('sha1').update(`${key}${GUID}`).digest('base64'))
    return 'its WebSocket handshake is wrong'
  if ((header('sec-websocket-protocol') ?? protocol) !== protocol) return 'it speaks another sub-protocol'
  return null
}

const partsOf = (bytes: Buffer, end: number): [head: string, body: string] => [
  bytes.toString('latin1', 0, end),
  bytes.toString('utf8', end + 4),
]

/** The first line of a refusal's body, where that is a text and has come with its head; begins with a colon. */
function firstLine(head: string, body: string): string {
  const isText = /^content-type: *text\/plain/im.test(head) && !/^transfer-encoding:/im.test(head)
  const line = body.split(/[\r\n]/, 1)[0]!.trim()
  if (!isText || line === '') return ''
  return `: ${line.length > MOST_TOLD ? `${line.slice(0, MOST_TOLD)}…` : line}`
}

function converse(
  address: string,
  socket: Socket,
  listener: SocketListener,
): ClientSocket & { push(chunk: Buffer): void } {
  let told = false
  let parts: Buffer[] = []
  let wake: (() => void) | null = null
  let room: Promise<void> | null = null
  const release = () => {
    wake?.()
    wake = room = null
  }
  const tell = (code: number, reason: string, error: XserveError | null) => {
    release()
    if (told) return
    told = true
    listener.closed(code, reason, error)
  }
  const closeWith = (code: number) => {
    const payload = Buffer.allocUnsafe(2)
    payload.writeUInt16BE(code)
    socket.end(encodeFrame(OPCODE.close, payload))
    setTimeout(() => socket.destroy(), CLOSING_MS).unref()
  }
  const take = ({ opcode, isLast, payload }: Frame) => {
    if (told) return
    if (opcode === OPCODE.ping) socket.write(encodeFrame(OPCODE.pong, payload))
    else if (opcode === OPCODE.close) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : NO_CODE
      closeWith(code === NO_CODE ? NORMAL : code)
      tell(code, payload.toString('utf8', 2), null)
    } else if (opcode === OPCODE.binary || (opcode === OPCODE.continuation && parts.length > 0)) {
      if (isLast && parts.length === 0) return listener.message(payload)
      parts.push(payload)
      if (!isLast) return
      const whole = Buffer.concat(parts)
      parts = []
      listener.message(whole)
    } else if (opcode !== OPCODE.pong) {
      const what = opcode === OPCODE.text ? 'with text where bytes were agreed on' : `with a frame of kind ${opcode}`
      throw new XserveError('BAD_REQUEST', `${address} answered ${what}`, { where: address })
    }
  }
  const reader = createFrameReader(take)
  const push = (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch (error) {
      socket.destroy()
      tell(PROTOCOL_ERROR, '', asXserveError(error))
    }
  }
  socket.on('data', push)
  socket.on('drain', release)
  socket.on('error', () => tell(ABNORMAL, '', null))
  socket.on('close', () => tell(ABNORMAL, '', null))
  return {
    push,
    send: (bytes) => told || socket.write(encodeFrame(OPCODE.binary, bytes)),
    drained() {
      if (told || !socket.writableNeedDrain) return Promise.resolve()
      room ??= new Promise((resolve) => {
        wake = resolve
      })
      return room
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      told = true
      release()
      closeWith(NORMAL)
    },
    terminate() {
      told = true
      release()
      socket.destroy()
    },
  }
}
