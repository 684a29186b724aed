/** One port for HTTP/2 and HTTP/1: the first bytes of a connection tell them apart, behind TLS, too. */
import type { Clock } from './clock.ts'
import type { FrontConnection, FrontSocket } from './connection.ts'
import {
  type Accept,
  type SocketFront,
  type SocketFrontOptions,
  type StartSocketFront,
  startSocketFront,
} from './start.ts'

export interface SharedPort {
  readonly http2: StartSocketFront
  readonly http1: StartSocketFront
}

/** The preface of HTTP/2 begins so, and no method of HTTP/1 does. */
const HTTP2 = Buffer.from('PRI')
/** Seconds that a connection has for these bytes. */
const SILENCE = 10

/** Both fronts must be started, with the same host, port and TLS: the port is opened once they are. */
export function createSharedPort(): SharedPort {
  const opened = Promise.withResolvers<SocketFront>()
  const accepts: { http2?: Accept; http1?: Accept } = {}

  function start(kind: 'http2' | 'http1', options: SocketFrontOptions, accept: Accept): Promise<SocketFront> {
    accepts[kind] = accept
    const { http2, http1 } = accepts
    if (http2 && http1) {
      const both = { ...options, protocols: ['h2', 'http/1.1'] }
      startSocketFront(both, (socket, clock) => new UnknownConnection(socket, clock, http2, http1)).then(
        opened.resolve,
        opened.reject,
      )
    }
    return opened.promise
  }
  return {
    http2: (options, accept) => start('http2', options, accept),
    http1: (options, accept) => start('http1', options, accept),
  }
}

/** Stands in front of the connection that it turns out to be. */
class UnknownConnection implements FrontConnection {
  private known: FrontConnection | null = null
  private held: Buffer = Buffer.alloc(0)
  private readonly deadline: number

  constructor(
    private readonly socket: FrontSocket,
    private readonly clock: Clock,
    private readonly http2: Accept,
    private readonly http1: Accept,
  ) {
    this.deadline = clock.seconds + SILENCE
  }

  receive(chunk: Buffer): void {
    if (this.known !== null) {
      this.known.receive(chunk)
      return
    }
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk])
    const length = Math.min(bytes.length, HTTP2.length)
    const may = bytes.compare(HTTP2, 0, length, 0, length) === 0
    if (may && length < HTTP2.length) {
      this.held = bytes
      return
    }
    this.held = Buffer.alloc(0)
    this.known = (may ? this.http2 : this.http1)(this.socket, this.clock)
    this.known.receive(bytes)
  }

  drained(): void {
    this.known?.drained()
  }

  closed(): void {
    this.known?.closed()
  }

  tick(second: number): void {
    if (this.known !== null) this.known.tick(second)
    else if (second >= this.deadline) this.socket.end()
  }

  drain(): void {
    if (this.known !== null) this.known.drain()
    else this.socket.end()
  }

  cutShort(): void {
    this.known?.cutShort()
  }

  terminate(): void {
    if (this.known !== null) this.known.terminate()
    else this.socket.end()
  }
}
