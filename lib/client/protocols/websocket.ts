/** WebSocket: one socket for a post, DataRequestProto as binary frames, answers told apart by their request id (Jina facts §2.6). */

import { DocumentArray } from '../../document/document-array.ts'
import { newId } from '../../document/id.ts'
import { asXserveError, type XserveError } from '../../errors.ts'
import { CONNECT_TIMEOUT_MS } from '../../wire/defaults.ts'
import { timerMs } from '../../within.ts'
import { retry } from '../retry.ts'
import type { CallOptions, Connection, ConnectionOptions, Transport, TransportListener } from './connection.ts'
import { createDialect } from './dialect.ts'
import { envelopeEncoder, envelopeReply } from './envelope.ts'
import { checkHeaders } from './headers.ts'
import { askDryRun, askHealth, askInfo, createAsk } from './http.ts'
import { cancelled, closedEarly, tooLate } from './websocket-error.ts'
import { type ClientSocket, openWebSocket, type SocketListener } from './websocket-socket.ts'
import { readWebSocketStream } from './websocket-stream.ts'

const END = new Uint8Array(1)

/** `address`: `host:port`. */
export function createWebSocketConnection(address: string, options: ConnectionOptions): Connection {
  const closing = new AbortController()
  const ask = createAsk(address, options, closing.signal)
  const dialect = createDialect(async (asked) => (await askInfo(ask, address, asked)).docarray)
  return {
    address,
    encoder: async (head, asking) => envelopeEncoder(head, await dialect(asking)),
    open: (listener, call) => openSocket(address, options, listener, call, closing.signal),
    async *frames(head, document, frameOptions) {
      const encode = envelopeEncoder(head, await dialect(frameOptions))
      const request = encode(newId(), new DocumentArray([document]))
      const own = { ...options, connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS }
      for await (const bytes of readWebSocketStream(address, request, frameOptions, own, closing.signal)) {
        yield envelopeReply(bytes)
      }
    },
    askHealth: (asked) => askHealth(ask, address, asked),
    askDryRun: (asked) => askDryRun(ask, address, asked),
    askInfo: (asked) => askInfo(ask, address, asked),
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
  const timer = call.deadlineMs ? setTimeout(() => late.abort(), timerMs(call.deadlineMs)) : undefined
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
  const connecting = () =>
    openWebSocket(address, { tls, headers, timeoutMs, signal, protocol: 'bytes', path: '/' }, answers)
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
