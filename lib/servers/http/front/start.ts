/** The front of HTTP/1.1 and WebSocket on Bun's sockets: Bun.serve drops the body of a GET, and node:http is slower. */
import { XserveError } from '../../../errors.ts'
import type { HttpFrontOptions, StartHttpFront, TlsOptions } from '../exchange.ts'
import { createClock } from './clock.ts'
import { Connection } from './connection.ts'
import type { FrontSocket, FrontState } from './front-state.ts'
import { createSharedBuffer } from './outbox.ts'

/** After the grace: how long the last words have to leave before connections are cut. */
const LAST_WORDS_MS = 200

/** In wire form: Bun takes no other. */
const ALPN = '\x08http/1.1'

type Handler = Bun.SocketHandler<Connection>
type ListenOptions = Bun.TCPSocketListenOptions<Connection>

export const startHttpFront: StartHttpFront = async (handlers, options) => {
  const connections = new Set<Connection>()
  const clock = createClock(() => {
    for (const connection of connections) connection.tick(clock.seconds)
  })
  const state: FrontState = {
    http: handlers.http,
    websocket: handlers.websocket,
    maxMessageBytes: options.maxMessageBytes,
    clock,
    shared: createSharedBuffer(),
    report: (error) => options.onInternalError?.(error),
    draining: false,
  }
  let empty: (() => void) | undefined
  const listener = listen(options, {
    open(socket) {
      if (connections.size === 0) clock.start()
      const connection = new Connection(socket as unknown as FrontSocket, state)
      socket.data = connection
      connections.add(connection)
    },
    data(socket, chunk) {
      socket.data.receive(chunk)
    },
    drain(socket) {
      socket.data.drained()
    },
    close(socket) {
      // A handshake that failed has opened nothing.
      if (socket.data === undefined) return
      connections.delete(socket.data)
      socket.data.closed()
      if (connections.size > 0) return
      clock.stop()
      empty?.()
    },
    error(socket, error) {
      // What the system says of a socket has a code; anything else is a fault of ours.
      if (!('code' in error)) state.report(error)
      socket.data?.terminate()
    },
  })
  let closing: Promise<void> | undefined

  async function close(graceMs: number): Promise<void> {
    listener.stop(false)
    state.draining = true
    const gone = new Promise<void>((resolve) => {
      empty = resolve
      if (connections.size === 0) resolve()
    })
    for (const connection of [...connections]) connection.drain()
    if (await settledWithin(gone, graceMs)) return
    for (const connection of [...connections]) connection.cutShort()
    if (await settledWithin(gone, LAST_WORDS_MS)) return
    for (const connection of [...connections]) connection.terminate()
    await gone
  }
  return {
    port: listener.port,
    close(graceMs) {
      closing ??= close(graceMs)
      return closing
    },
  }
}

function listen(options: HttpFrontOptions, socket: Handler): Bun.TCPSocketListener<Connection> {
  const { host, port, tls } = options
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    return Bun.listen<Connection>({ hostname: host, port, socket, ...tlsOptions(tls) } as ListenOptions)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new XserveError('PORT_IN_USE', `port ${port} is taken by another program`, {
        where: address,
        hint: 'choose another port, or --port 0 for any free one',
        cause: error,
      })
    }
    throw new XserveError('START_FAILED', `cannot listen on ${address}: ${message}`, { where: address, cause: error })
  }
}

function tlsOptions(tls: TlsOptions | undefined): { tls?: object } {
  return tls === undefined ? {} : { tls: { cert: tls.certificate, key: tls.key, ALPNProtocols: ALPN } }
}

async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(late.resolve, milliseconds, false)
  const inTime = await Promise.race([promise.then(() => true as const), late.promise])
  clearTimeout(timer)
  return inTime
}
