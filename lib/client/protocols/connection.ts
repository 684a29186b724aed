/** What the client asks of a protocol: write requests its way, carry them, tell whether the server is there. */
import type { Document } from '../../document/document.ts'
import type { DocumentArray } from '../../document/document-array.ts'
import type { XserveError } from '../../errors.ts'
import type { CallerTls } from '../../wire/call.ts'
import type { ChannelTuning } from '../../wire/grpc-tuning.ts'
import type { RouteRecord } from '../../wire/routes.ts'
import type { Status } from '../../wire/status.ts'
import type { RetryPolicy } from '../retry.ts'
import type { DialectOptions } from './dialect.ts'

/** One answer; what it holds may be read only when it is asked for. */
export interface Reply {
  readonly requestId: string
  readonly endpoint: string
  /** Whether an executor failed; `status` says how. */
  readonly isError: boolean
  readonly status: Status
  readonly docs: DocumentArray
  readonly parameters: Record<string, unknown>
  readonly routes: RouteRecord[]
}

export interface TransportListener {
  /** One answer; they come in any order. `requestId` tells what it answers where the answer itself cannot. */
  message(read: () => Reply, requestId?: string): void
  /** Nothing comes after it; null: the server has answered all it wants to. */
  end(error: XserveError | null): void
}

export interface Transport {
  /** null: go on; else wait for it before the next one. */
  send(request: Uint8Array, requestId: string): Promise<void> | null
  /** There are no more requests. */
  finish(): void
  /** Ends everything at once. The listener may hear of it. */
  cancel(): void
}

export interface CallOptions {
  /** That of all requests. */
  readonly endpoint: string
  /** One stream for all requests where the protocol knows both, or a call for each. */
  readonly stream: boolean
  /** Milliseconds: for the stream, or for each call. */
  readonly deadlineMs: number | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal | undefined
  readonly retry: RetryPolicy
}

/** What all requests of a post have in common. */
export interface RequestHead {
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, unknown>> | undefined
  readonly targetExecutor: string | undefined
}

export interface FrameOptions {
  readonly deadlineMs?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AskOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Connects with the first call; lives until it is closed. */
export interface Connection {
  /** `host:port`. */
  readonly address: string
  /**
   * A function that writes requests in the dialect that the server speaks; without documents: null. Rejects with XserveError
   * UNREACHABLE and the like when nobody tells which, BAD_DOCUMENT, which the function throws as well.
   */
  encoder(
    head: RequestHead,
    options: DialectOptions,
  ): Promise<(requestId: string, docs: DocumentArray | null) => Uint8Array>
  open(listener: TransportListener, options: CallOptions): Transport
  /**
   * Answers of a streaming endpoint to one document, as they come, each with one; leaving the iteration cancels. Throws
   * XserveError; UNKNOWN_METHOD where the endpoint does not stream.
   */
  frames(head: RequestHead, document: Document, options: FrameOptions): AsyncGenerator<Reply, void, undefined>
  /** Resolves when the server says that it serves. Throws XserveError. */
  askHealth(options: AskOptions): Promise<void>
  /** Resolves when a request got through all executors. Throws XserveError; UNKNOWN_METHOD where there is no such question. */
  askDryRun(options: AskOptions): Promise<void>
  /** What the server tells of itself: versions by name, and what else it has to say. Throws XserveError. */
  askInfo(options: AskOptions): Promise<Readonly<Record<string, string>>>
  /** Calls under way fail with CANCELLED. */
  close(): void
}

export interface ConnectionOptions {
  /** PEM texts: `ca` of those to trust instead of the system's, `certificate` and `key` of the caller where the server wants them. */
  readonly tls: boolean | CallerTls
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Compression of requests by gRPC and HTTP; the rest is for gRPC. Default: none. */
  readonly tuning?: ChannelTuning | undefined
  /** How long connecting may take, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number | undefined
}
