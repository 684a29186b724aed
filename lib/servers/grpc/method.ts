/**
 * The seam between gRPC methods and the HTTP/2 implementation that carries them: a table of methods on raw message bytes.
 * A front (`http2/`) takes the table and a port; methods know nothing of the front.
 */
import type { Loans } from '../../link/memory/loans.ts'
import type { TlsOptions } from '../../wire/call.ts'
import type { ServerTuning } from '../../wire/grpc-tuning.ts'
import type { StartSocketFront } from '../socket/start.ts'
import type { Written } from './request-loans.ts'

/** One RPC as a method sees it. */
export interface GrpcCall {
  /** First value of a metadata key (lower case); `-bin` values as base64 text. */
  metadata(key: string): string | undefined
  /** Milliseconds of the epoch (from grpc-timeout); 0 = none. */
  readonly deadline: number
  /** Peer address, for messages. */
  readonly peer: string
  readonly cancelled: boolean
  onCancel(listener: () => void): void
  /** A trailer sent with the status; to be set before the answer. */
  setTrailer(key: string, value: string): void
  /**
   * Who keeps large requests. Of a unary method: until it has ended and its answer is written, which may be made of loans that
   * are kept here, too. Of a streaming one that borrows: until it hands them over. Default: nothing is on loan.
   */
  readonly loans?: Loans | null
}

/** The bytes of a message, in pieces where they are large; they must stay as they are until they have been sent. */
export type GrpcMessage = Uint8Array | readonly Uint8Array[]

/**
 * How a streaming method sends: the front tells by `false` that the caller reads slowly, then calls `onDrain`. `done` is told
 * when the message is written, or nobody wants it.
 */
export interface GrpcSink {
  write(message: GrpcMessage, done?: Written | null): boolean
  onDrain: (() => void) | null
  /** Ends with status OK. */
  end(): void
  /** Ends with the status of the error (XserveError's, else INTERNAL masked). */
  fail(error: unknown): void
}

/** How a streaming method receives. */
export interface GrpcReader {
  message(bytes: Uint8Array): void
  /** The caller has sent everything. */
  end(): void
}

/** Pauses the caller's stream (flow control) until resumed. */
export interface GrpcPauser {
  pause(): void
  resume(): void
}

export type GrpcMethod =
  | { readonly kind: 'unary'; handle(request: Uint8Array, call: GrpcCall): Promise<GrpcMessage> | GrpcMessage }
  /** Bidirectional and server streaming (a server-streaming method just reads one message). */
  | {
      readonly kind: 'stream'
      /** It takes what it is sent as loans, and hands them over to who keeps them. Default: messages are its own. */
      readonly borrows?: boolean
      open(sink: GrpcSink, call: GrpcCall, pauser: GrpcPauser): GrpcReader
    }

/** Full path (`/jina.JinaRPC/Call`) → method. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>

export interface GrpcFrontOptions {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** Largest request message in bytes; -1 = no limit, as in Jina. */
  readonly maxMessageBytes: number
  /** Default: plain text. */
  readonly tls?: TlsOptions
  /** Default: as the front has it. */
  readonly tuning?: ServerTuning
  /** Told of errors that callers see masked as INTERNAL, so that the operator sees them. Default: nobody. */
  readonly onInternalError?: (error: unknown) => void
  /** Opens the port. Default: one of its own. */
  readonly listen?: StartSocketFront
}

export interface GrpcFront {
  readonly port: number
  /** New calls are refused with UNAVAILABLE, running ones may finish; the rest is ended after `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Rejects with XserveError PORT_IN_USE. */
export type StartGrpcFront = (methods: GrpcMethods, options: GrpcFrontOptions) => Promise<GrpcFront>
