/**
 * The seam between HTTP routes (and WebSocket conversations) and the front that carries them: a front takes handlers and a
 * port; handlers know nothing of sockets.
 */
import type { TlsOptions } from '../../wire/call.ts'
import type { StartSocketFront } from '../socket/start.ts'

export type { TlsOptions }

export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Percent-decoded, without the query; always begins with `/`. */
  readonly path: string
  /** What follows `?`, raw; '' when there is none. */
  readonly query: string
  readonly version: '1.0' | '1.1'
  /** Address of the caller, for messages. */
  readonly peer: string
  /** Value of a header (lower-case name); several of one name are joined by `, `. */
  header(name: string): string | undefined
  /** All of them as they came, names in lower case. */
  headers(): readonly (readonly [name: string, value: string])[]
  /** The path as it came, still percent-encoded. */
  readonly rawPath: string
  /**
   * The whole body, uncompressed, also of a GET, at once if it has come with the head; a second call gives the same. Rejects
   * with XserveError TOO_LARGE, BAD_REQUEST, CANCELLED.
   */
  body(): Uint8Array | Promise<Uint8Array>
  /** The body as text if all of it came with the head, as it is for most requests; null: ask for `body()`. What is no UTF-8 has a U+FFFD there. */
  text(): string | null
  readonly cancelled: boolean
  /** Calls back once when the caller has gone before the answer was sent; at once if it has. */
  onCancel(listener: () => void): void
}

export interface HttpResponse {
  readonly status: number
  /**
   * Lower-case names; several values are lines of their own. Length, connection and date are the front's. Not changed later: an
   * object that comes again is not looked at again.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** An iterable is sent piece by piece as it comes (chunked; until close for HTTP/1.0), with back-pressure; it is ended (`return`) when the caller leaves. */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array | string> | null
  /** Called with a body of bytes once it has been copied, so that its memory may be used again; not for every answer. */
  readonly copied?: (body: Uint8Array) => void
}

/** A rejection becomes 500 with a masked text (told to `onInternalError`); XserveError becomes its HTTP status with a JSON body. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>

/** The far end of a WebSocket (RFC 6455). */
export interface WebSocketPeer {
  /** Text or binary frame by type. false: the far end reads slowly, wait for onDrain. */
  send(data: string | Uint8Array): boolean
  onDrain: (() => void) | null
  /** Reads no further messages until resumed. */
  pause(): void
  resume(): void
  /** Close frame with a code and a reason (cut to 123 bytes). */
  close(code: number, reason?: string): void
}

export interface WebSocketListener {
  message(data: string | Uint8Array): void
  /** Once; 1006 when there was no close frame. */
  closed(code: number): void
  /** Whether something is still to be answered: a server that stops waits for it. Default: nothing is. */
  readonly isBusy?: boolean
}

/** Decides on an upgrade: a conversation with its sub-protocol (echoed in the handshake), or an HTTP answer that refuses. */
export type WebSocketHandler = (
  request: HttpRequest,
) => { readonly protocol: string | null; open(peer: WebSocketPeer): WebSocketListener } | HttpResponse

export interface HttpFrontOptions {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  readonly tls?: TlsOptions
  /** Largest body or WebSocket message in bytes; -1 = no limit. */
  readonly maxMessageBytes: number
  /** Told of errors that callers see masked. */
  readonly onInternalError?: (error: unknown) => void
  /** Opens the port. Default: one of its own. */
  readonly listen?: StartSocketFront
}

export interface HttpFront {
  readonly port: number
  /** Takes no new requests; those under way finish, streams and sockets are ended after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Rejects with XserveError PORT_IN_USE. Without `websocket`, upgrades are refused with 426 told to use HTTP. */
export type StartHttpFront = (
  handlers: { readonly http: HttpHandler; readonly websocket?: WebSocketHandler },
  options: HttpFrontOptions,
) => Promise<HttpFront>
