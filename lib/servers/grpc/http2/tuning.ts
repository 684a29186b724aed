/** How the connections of a front are treated: what was asked for, in seconds of its clock, else what holds by default. */
import { XserveError } from '../../../errors.ts'
import type { ServerTuning } from '../../../wire/grpc-tuning.ts'
import type { GrpcMessage, GrpcMethod, GrpcMethods } from '../method.ts'
import { MOST_STREAMS, SPANS } from './limits.ts'

export interface Tuning {
  readonly mostStreams: number
  /** Silence before a peer is asked, and the time for its answer. */
  readonly silence: number
  readonly pong: number
  /** Without a call, and altogether; 0 = no limit. */
  readonly idle: number
  readonly age: number
  /** For the calls of a connection that is over; -1 = no limit. */
  readonly ageGrace: number
}

const seconds = (ms: number | undefined, preset: number): number =>
  ms === undefined ? preset : Math.max(1, Math.ceil(ms / 1000))

export function tuningOf(given: ServerTuning = {}): Tuning {
  return {
    mostStreams: given.maxStreams ?? MOST_STREAMS,
    silence: seconds(given.keepaliveMs, SPANS.silence),
    pong: seconds(given.keepaliveTimeoutMs, SPANS.pong),
    idle: seconds(given.idleMs, 0),
    age: seconds(given.ageMs, 0),
    ageGrace: given.ageGraceMs === undefined ? -1 : Math.ceil(given.ageGraceMs / 1000),
  }
}

/** Methods whose answers have at most so many bytes; others fail with TOO_LARGE. A front without the limit pays nothing. */
export function withLargestAnswer(methods: GrpcMethods, most: number): GrpcMethods {
  return new Map([...methods].map(([path, method]) => [path, limited(method, most)]))
}

function limited(method: GrpcMethod, most: number): GrpcMethod {
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      async handle(request, call) {
        const answer = await method.handle(request, call)
        refuseLarger(answer, most)
        return answer
      },
    }
  }
  return {
    kind: 'stream',
    open(sink, call, pauser) {
      const write = sink.write.bind(sink)
      sink.write = (message) => {
        try {
          refuseLarger(message, most)
        } catch (error) {
          sink.fail(error)
          return true
        }
        return write(message)
      }
      return method.open(sink, call, pauser)
    },
  }
}

function refuseLarger(message: GrpcMessage, most: number): void {
  const length = message instanceof Uint8Array ? message.length : message.reduce((sum, part) => sum + part.length, 0)
  if (length <= most) return
  throw new XserveError(
    'TOO_LARGE',
    `the answer of ${length} bytes is larger than the ${most} that this server sends`,
    {
      hint: 'ask for fewer documents in one request',
    },
  )
}
