/** Listens on Bun's sockets: what all fronts have in common, from the port to the end of the last connection. */

import { XserveError } from '../../errors.ts'
import { addressText } from '../../wire/address.ts'
import type { TlsOptions } from '../../wire/call.ts'
import { unixPath } from '../../wire/unix-socket.ts'
import { within } from '../../within.ts'
import { type Clock, createClock } from './clock.ts'
import type { FrontConnection, FrontSocket } from './connection.ts'
import { Handshake } from './handshake.ts'
import { clearUnixPath } from './unix.ts'

/** After the grace: how long the last words have to leave before connections are cut. */
const LAST_WORDS_MS = 200

export interface SocketFrontOptions {
  /** A name or number, or `unix:PATH`: the socket is a file, for those who may write to it, and gone at the end. */
  readonly host: string
  /** 0 = any free one; of a Unix socket nobody asks. */
  readonly port: number
  /** Default: plain text. */
  readonly tls?: TlsOptions
  /** What is offered to callers behind TLS (ALPN), the best first. */
  readonly protocols: readonly string[]
  /** Told of faults of ours. */
  readonly report: (error: unknown) => void
}

export interface SocketFront {
  /** 0: it is a Unix socket. */
  readonly port: number
  readonly clock: Clock
  /** Takes no new connections, tells those that are there, ends the rest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

type Data = FrontConnection | undefined
type ListenOptions = Bun.TCPSocketListenOptions<Data> & Bun.UnixSocketOptions<Data>

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
  const path = unixPath(options.host)
  if (path !== null) await clearUnixPath(path)
  const listener = listen(options, path, {
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
    if (await within(gone, graceMs)) return
    for (const connection of [...connections]) connection.cutShort()
    if (await within(gone, LAST_WORDS_MS)) return
    for (const connection of [...connections]) connection.terminate()
    await gone
  }
  return {
    port: path === null ? (listener as Bun.TCPSocketListener<Data>).port : 0,
    clock,
    close(graceMs) {
      closing ??= close(graceMs)
      return closing
    },
  }
}

function listen(options: SocketFrontOptions, path: string | null, socket: Bun.SocketHandler<Data>) {
  const { host, port, tls } = options
  const address = addressText({ host: path === null ? host : `unix:${path}`, port })
  const place = path === null ? { hostname: host, port } : { unix: path }
  try {
    return Bun.listen<Data>({ ...place, socket, ...tlsOptions(tls, options.protocols) } as ListenOptions)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // A path was free a moment ago.
    if (code === 'EADDRINUSE') {
      throw new XserveError('PORT_IN_USE', `${path === null ? `port ${port}` : address} is taken by another program`, {
        where: address,
        hint: path === null ? 'choose another port, or --port 0 for any free one' : 'choose another path',
        cause: error,
      })
    }
    const why = PATH_REASONS[code ?? ''] ?? message
    throw new XserveError('START_FAILED', `cannot listen on ${address}: ${why}`, { where: address, cause: error })
  }
}

/** Of paths; the system tells no more than that it did not work. */
const PATH_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'its folder is a file',
  EACCES: 'this user may not do that',
}

/** Bun takes the list of protocols in the form in which it travels, and in no other. */
function tlsOptions(tls: TlsOptions | undefined, protocols: readonly string[]): { tls?: object } {
  if (tls === undefined) return {}
  const list = protocols.map((name) => String.fromCharCode(name.length) + name).join('')
  const { certificate: cert, key, callerAuthorities: ca } = tls
  const callers = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }
  return { tls: { cert, key, ALPNProtocols: list, ...callers } }
}
