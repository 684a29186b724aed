/** The gRPC front: HTTP/2 of our own on Bun's sockets. grpc-js took some twenty times the time for a small call. */
import { type SocketFrontOptions, startSocketFront } from '../../socket/start.ts'
import type { StartGrpcFront } from '../method.ts'
import { Connection } from './connection.ts'
import type { FrontState } from './front-state.ts'
import { BlockPool } from './outbox.ts'

export const startHttp2Front: StartGrpcFront = async (methods, options) => {
  const report = (error: unknown) => options.onInternalError?.(error)
  let state: FrontState | undefined
  const { host, port, tls, maxMessageBytes } = options
  const listening: SocketFrontOptions = { host, port, ...(tls ? { tls } : {}), protocols: ['h2'], report }
  return (options.listen ?? startSocketFront)(listening, (socket, clock) => {
    state ??= { methods, maxMessageBytes, clock, pool: new BlockPool(), report }
    return new Connection(socket, state)
  })
}
