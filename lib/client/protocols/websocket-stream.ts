/** The answers of one streaming endpoint over WebSocket: a socket at /stream, one request, an answer for each document, then the close frame. */

import { createFrameQueue } from '../../channel/frame-queue.ts'
import { asXserveError, XserveError } from '../../errors.ts'
import { NORMAL } from '../../wire/close-code.ts'
import type { ConnectionOptions, FrameOptions } from './connection.ts'
import { checkHeaders } from './headers.ts'
import { cancelled, closedEarly, tooLate } from './websocket-error.ts'
import { type ClientSocket, openWebSocket, type SocketListener } from './websocket-socket.ts'

const PATH = '/stream'

/** Each answer a DataRequestProto with one document, as the request is one. */
export async function* readWebSocketStream(
  address: string,
  request: Uint8Array,
  { deadlineMs = 0, metadata, signal }: FrameOptions,
  connection: ConnectionOptions & { readonly connectTimeoutMs: number },
  closing: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const late = deadlineMs > 0 ? AbortSignal.timeout(deadlineMs) : null
  const ended = AbortSignal.any([closing, ...(signal ? [signal] : []), ...(late ? [late] : [])])
  let socket: ClientSocket | null = null
  const queue = createFrameQueue<Uint8Array>({ pause: () => socket?.pause(), resume: () => socket?.resume() })
  const why = () => (late?.aborted ? tooLate(address, deadlineMs, socket !== null) : cancelled(address))
  const abort = () => {
    queue.end(why())
    socket?.terminate()
  }
  const listener: SocketListener = {
    message: queue.push,
    closed: (code, reason, error) => queue.end(error ?? (code === NORMAL ? null : closedEarly(address, code, reason))),
  }
  const { tls, connectTimeoutMs: timeoutMs } = connection
  const headers = { ...connection.metadata, ...checkHeaders(metadata) }
  const settings = { tls, headers, timeoutMs, signal: ended, protocol: 'bytes', path: PATH }
  try {
    socket = await openWebSocket(address, settings, listener)
  } catch (error) {
    throw late?.aborted ? why() : explained(address, asXserveError(error))
  }
  ended.addEventListener('abort', abort)
  try {
    if (ended.aborted) throw why()
    socket.send(request)
    yield* queue.read()
  } finally {
    ended.removeEventListener('abort', abort)
    socket.terminate()
  }
}

/** Jina has streams on gRPC and HTTP alone. */
function explained(address: string, error: XserveError): XserveError {
  if (!/answers HTTP status 40\d/.test(error.message)) return error
  return new XserveError('UNKNOWN_METHOD', `${address} has no streams over WebSocket`, {
    where: address,
    hint: 'call its gRPC or its HTTP port',
    cause: error,
  })
}
