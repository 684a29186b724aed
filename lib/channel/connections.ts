/**
 * The connections of a channel, so that their end is in our hands. Bun 1.4.5 counts a stream for ever whose answer crossed the
 * client's giving it up; grpc-js waits for the last stream before it hangs up, so such a connection would stay as long as the
 * process. To be deleted once the test of it passes without.
 */
import type { Socket } from 'node:net'
import type { ChannelCredentials } from '@grpc/grpc-js'

export interface Connections {
  /** To be given to grpc-js instead of those that were taken. */
  readonly credentials: ChannelCredentials
  /** Hangs up, a moment later: what has been written last, that calls are given up, is to leave. */
  end(): void
}

const LAST_WORDS_MS = 100

export function connectionsOf(taken: ChannelCredentials): Connections {
  const sockets = new Set<Socket>()
  let ended = false
  const keep = (socket: Socket): void => {
    if (ended) socket.destroy()
    if (socket.destroyed || sockets.has(socket)) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const credentials = Object.create(taken, {
    _createSecureConnector: {
      value: (...args: Parameters<ChannelCredentials['_createSecureConnector']>) => {
        const connector = taken._createSecureConnector(...args)
        const connect: typeof connector.connect = async (socket) => {
          const made = await connector.connect(socket)
          keep(made.socket)
          return made
        }
        return Object.create(connector, { connect: { value: connect } })
      },
    },
  }) as ChannelCredentials
  return {
    credentials,
    end() {
      const hangUp = (): void => {
        ended = true
        for (const socket of sockets) socket.destroy()
      }
      setTimeout(hangUp, LAST_WORDS_MS).unref()
    },
  }
}
