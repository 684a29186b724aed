/** Listens on Bun's sockets: what all fronts have in common, from the port to the end of the last connection. */
import { XserveError } from '../../errors.ts'
import type { TlsOptions } from '../../wire/call.ts'
import { type Clock, createClock } from './clock.ts'
import type { FrontConnection, FrontSocket } from './connection.ts'
import { Handshake } from './handshake.ts'

/** After the grace: how long the last words have to leave before connections are cut. */
const LAST_WORDS_MS = 200

export interface SocketFrontOptions {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** Default: plain text. */
  readonly tls?: TlsOptions
  /** What is offered to callers behind TLS (ALPN), the best first. */
  readonly protocols: readonly string[]
  /** Told of faults of ours. */
  readonly report: (error: unknown) => void
}

export interface SocketFront {
  readonly port: number
  readonly clock: Clock
  /** Takes no new connections, tells those that are there, ends the rest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

type Data = FrontConnection | undefined
type ListenOptions = Bun.TCPSocketListenOptions<Data>

/** Makes a connection of a socket. */
export type Accept = (socket: FrontSocket, clock: Clock) => FrontConnection

/** Rejects with XserveError PORT_IN_USE or START_FAILED. */
export type StartSocketFront = (options: SocketFrontOptions, accept: Accept) => Promise<SocketFront>

export const startSocketFront: StartSocketFront = async (options, accept) => {
  const connections = new Set<FrontConnection>()
  const clock = createClock(() => {
    for (const connection of connections) connection.tick(clock.seconds)
  })
  let empty: (() => void) | undefined
  const begin = (socket: Bun.Socket<Data>, connection: FrontConnection): void => {
    if (connections.size === 0) clock.start()
    socket.data = connection
    connections.add(connection)
  }
  const isMutual = options.tls?.callerAuthorities !== undefined
  const listener = listen(options, {
    open(socket) {
      const front = socket as unknown as FrontSocket
      begin(socket, isMutual ? new Handshake(front, clock.seconds) : accept(front, clock))
    },
    handshake(socket, succeeded, unauthorized) {
      const waiting = socket.data
      if (!(waiting instanceof Handshake)) return
      if (!succeeded || unauthorized != null) {
        waiting.terminate()
        return
      }
      begin(socket, accept(socket as unknown as FrontSocket, clock))
      connections.delete(waiting)
    },
    data(socket, chunk) {
      socket.data?.receive(chunk)
    },
    drain(socket) {
      socket.data?.drained()
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
      if (!('code' in error)) options.report(error)
      socket.data?.terminate()
    },
  })
  let closing: Promise<void> | undefined

  async function close(graceMs: number): Promise<void> {
    listener.stop(false)
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
    clock,
    close(graceMs) {
      closing ??= close(graceMs)
      return closing
    },
  }
}

function listen(options: SocketFrontOptions, socket: Bun.SocketHandler<Data>): Bun.TCPSocketListener<Data> {
  const { host, port, tls } = options
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  try {
    return Bun.listen<Data>({ hostname: host, port, socket, ...tlsOptions(tls, options.protocols) } as ListenOptions)
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

/** Bun takes the list of protocols in the form in which it travels, and in no other. */
function tlsOptions(tls: TlsOptions | undefined, protocols: readonly string[]): { tls?: object } {
  if (tls === undefined) return {}
  const list = protocols.map((name) => String.fromCharCode(name.length) + name).join('')
  const { certificate: cert, key, callerAuthorities: ca } = tls
  const callers = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }
  return { tls: { cert, key, ALPNProtocols: list, ...callers } }
}

async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  const late = Promise.withResolvers<false>()
  const timer = setTimeout(late.resolve, milliseconds, false)
  const inTime = await Promise.race([promise.then(() => true as const), late.promise])
  clearTimeout(timer)
  return inTime
}
