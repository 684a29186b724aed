/** WebSocket: one socket for a post, DataRequestProto as binary frames, answers told apart by their request id (Jina facts §2.6). */
import { asXserveError, type ErrorCode, XserveError } from '../../errors.ts'
import { retry } from '../retry.ts'
import type { CallOptions, Connection, ConnectionOptions, Transport, TransportListener } from './connection.ts'
import { envelopeEncoder, envelopeReply } from './envelope.ts'
import { checkHeaders } from './headers.ts'
import { askDryRun, askHealth, createAsk } from './http.ts'
import { unreachable } from './http-error.ts'
import { noFrames } from './no-frames.ts'
import { type ClientSocket, openWebSocket, type SocketListener } from './websocket-socket.ts'

const CONNECT_TIMEOUT_MS = 5000
const END = new Uint8Array(1)

/** How the server may close (RFC 6455 §7.4.1, Jina facts §2.6) when it still owes answers; any other way is UNAVAILABLE. */
const CLOSE_CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  1003: 'BAD_REQUEST',
  1007: 'BAD_REQUEST',
  1008: 'BAD_REQUEST',
  1009: 'TOO_LARGE',
}

/** `address`: `host:port`. */
export function createWebSocketConnection(address: string, options: ConnectionOptions): Connection {
  const closing = new AbortController()
  const ask = createAsk(address, options, closing.signal)
  return {
    address,
    encoder: envelopeEncoder,
    open: (listener, call) => openSocket(address, options, listener, call, closing.signal),
    frames: noFrames,
    askHealth: (asked) => askHealth(ask, address, asked),
    askDryRun: (asked) => askDryRun(ask, address, asked),
    close: () => closing.abort(),
  }
}

function openSocket(
  address: string,
  options: ConnectionOptions,
  listener: TransportListener,
  call: CallOptions,
  closing: AbortSignal,
): Transport {
  const cancelling = new AbortController()
  const late = new AbortController()
  const signal = AbortSignal.any([closing, cancelling.signal, late.signal, ...(call.signal ? [call.signal] : [])])
  const timer = call.deadlineMs ? setTimeout(() => late.abort(), call.deadlineMs) : undefined
  let socket: ClientSocket | null = null
  let owed = 0
  let finished = false
  let ended = false

  const end = (error: XserveError | null) => {
    if (ended) return
    ended = true
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
    listener.end(error)
    if (error) socket?.terminate()
    else {
      // The end mark comes last: a server may drop the connection as soon as it sees it.
      socket?.send(END)
      socket?.close()
    }
  }
  const aborted = () =>
    end(late.signal.aborted ? tooLate(address, call.deadlineMs ?? 0, socket !== null) : cancelled(address))
  signal.addEventListener('abort', aborted)
  const doneWhenAnswered = () => {
    if (finished && owed === 0) end(null)
  }
  const answers: SocketListener = {
    message(bytes) {
      owed--
      listener.message(() => envelopeReply(bytes))
      doneWhenAnswered()
    },
    closed: (code, reason, error) => end(error ?? closedEarly(address, code, reason)),
  }
  const { tls, metadata, connectTimeoutMs: timeoutMs = CONNECT_TIMEOUT_MS } = options
  const headers = { ...metadata, ...checkHeaders(call.metadata) }
  const connecting = () => openWebSocket(address, { tls, headers, timeoutMs, signal, protocol: 'bytes' }, answers)
  const connected = retry(connecting, call.retry, signal).then(
    (open) => {
      if (ended) open.terminate()
      else socket = open
    },
    (error) => end(asXserveError(error)),
  )
  const write = (request: Uint8Array) => (ended || socket === null || socket.send(request) ? null : socket.drained())
  if (signal.aborted) aborted()
  return {
    send(request) {
      owed++
      return socket === null ? connected.then(() => write(request) ?? undefined) : write(request)
    },
    finish() {
      finished = true
      // Without any request nobody waits for an answer, and for the connection.
      doneWhenAnswered()
    },
    cancel: () => cancelling.abort(),
  }
}

function closedEarly(address: string, code: number, reason: string): XserveError {
  const what = code === 1006 ? 'the connection broke' : `it closed the WebSocket with ${code}`
  return new XserveError(
    CLOSE_CODES[code] ?? 'UNAVAILABLE',
    `${address}: ${what}${reason ? `: ${reason}` : ''} before all was answered`,
    { where: address, ...(code === 1009 ? { hint: 'send fewer documents in one request' } : {}) },
  )
}

const cancelled = (address: string) => new XserveError('CANCELLED', 'the call was cancelled', { where: address })

const tooLate = (address: string, ms: number, isConnected: boolean) =>
  isConnected
    ? new XserveError('DEADLINE', `${address} did not answer within ${ms} ms`, { where: address })
    : unreachable(address, `no connection within ${ms} ms`, null)
