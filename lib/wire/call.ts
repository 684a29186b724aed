/**
 * The one interface in the middle (design §4): servers turn their protocol into it, channels, deployments and the
 * topology implement it, and nobody in between knows a protocol.
 */
import type { Envelope } from './envelope.ts'
import type { EndpointSchemas } from './schemas/endpoint-schema.ts'

/** Facts of one call that are not in the message. */
export interface CallContext {
  /** Request metadata: first value of a key (lower case), or undefined. */
  metadata(key: string): string | undefined
  /** Milliseconds of the epoch by which the caller wants the answer; 0 = none. */
  readonly deadline: number
  /** Aborts when the caller has gone or the deadline has passed. Made on first use: asking for it costs about a microsecond. */
  readonly signal: AbortSignal
  /** Calls back when the caller has gone, without making a signal; returns nothing to undo since a call has one owner. */
  onCancel(listener: () => void): void
  readonly cancelled: boolean
  /** What large messages are on loan from while this call goes through a graph: the link knows it. Default: they are copied. */
  readonly loans?: object | undefined
}

export interface CallHandler {
  /** Answers one request. Errors of an executor are answers (status ERROR), not rejections; XserveError rejects. */
  call(request: Envelope, context: CallContext): Promise<Envelope>
  /**
   * Answers a request of one document by many messages of one document each (streaming endpoints). An executor's error is
   * the last of them (status ERROR), XserveError rejects; leaving the iteration, as well as `context`, cancels.
   */
  stream(request: Envelope, context: CallContext): AsyncIterable<Envelope>
}

/** What a server must know of the runtime behind it, besides the call handler. */
export interface ServedRuntime {
  readonly role: 'gateway' | 'executor'
  readonly handler: CallHandler
  /** Endpoint names for discovery, `_jina_dry_run_` included (facts §1.3). */
  endpoints(): Promise<readonly string[]>
  /** Those of the endpoints that stream: known once the executors are ready. */
  streams(): Promise<readonly string[]>
  /** What endpoints have declared to take and to give: known once the executors are ready. */
  schemas(): Promise<EndpointSchemas>
  /** Runs the dry-run endpoint through everything; resolves when fine, rejects with the reason. */
  dryRun(context: CallContext): Promise<void>
  /** Whether calls are taken now: '' of the server as a whole, else of an executor by its name; undefined: there is none. */
  serves(name: string): boolean | undefined
  /** `jina` and `envs` of JinaInfoProto. */
  info(): { readonly jina: Readonly<Record<string, string>>; readonly envs: Readonly<Record<string, string>> }
}

/** What callers speak. */
export type Protocol = 'grpc' | 'http' | 'websocket'

/** How a server proves who it is; PEM texts. */
export interface TlsOptions {
  /** The certificate, then those that lead to its authority. */
  readonly certificate: string
  readonly key: string
  /** Authorities of callers: who has no certificate of one of them is not heard. Default: anybody is. */
  readonly callerAuthorities?: string
}

/** Whom a caller trusts and what it shows of itself; PEM texts. */
export interface CallerTls {
  /** Trusted instead of the system's authorities. */
  readonly ca?: string | undefined
  /** For servers that want to know who calls; goes with `key`. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

/** A running server. */
export interface Listener {
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** What health checks say from now on. */
  setServing(serving: boolean): void
  /** Takes no new calls, lets those under way finish, ends the rest after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** A context without a caller behind it: own calls such as dry runs at start. */
export function detachedContext(deadline = 0): CallContext {
  const controller = new AbortController()
  return {
    metadata: () => undefined,
    deadline,
    signal: controller.signal,
    onCancel: () => {},
    cancelled: false,
  }
}
