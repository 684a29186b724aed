/** The gRPC front: HTTP/2 of our own on Bun's sockets. grpc-js took some twenty times the time for a small call. */
import { type SocketFrontOptions, startSocketFront } from '../../socket/start.ts'
import type { StartGrpcFront } from '../method.ts'
import { Connection } from './connection.ts'
import type { FrontState } from './front-state.ts'
import { BlockPool } from './outbox.ts'
import { greeting } from './settings.ts'
import { tuningOf, withLargestAnswer } from './tuning.ts'

export const startHttp2Front: StartGrpcFront = async (methods, options) => {
  const report = (error: unknown) => options.onInternalError?.(error)
  let state: FrontState | undefined
  const { host, port, tls, maxMessageBytes, tuning: asked = {} } = options
  const tuning = tuningOf(asked)
  const most = asked.maxSendBytes ?? -1
  const limited = most < 0 ? methods : withLargestAnswer(methods, most)
  const hello = greeting(tuning.mostStreams)
  const listening: SocketFrontOptions = { host, port, ...(tls ? { tls } : {}), protocols: ['h2'], report }
  return (options.listen ?? startSocketFront)(listening, (socket, clock) => {
    state ??= { methods: limited, maxMessageBytes, clock, pool: new BlockPool(), tuning, greeting: hello, report }
    return new Connection(socket, state)
  })
}
