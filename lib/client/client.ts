/** The SDK's client: documents to an endpoint of a Flow, a served executor or a shared one, answers back. */

import type { Document } from '../document/document.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { newId } from '../document/id.ts'
import { XserveError } from '../errors.ts'
import { readChannelTuning } from '../plan/grpc-options.ts'
import { type Address, type AddressParts, resolveAddress } from '../wire/address.ts'
import type { CallerTls } from '../wire/call.ts'
import { PREFETCH } from '../wire/defaults.ts'
import { AnswerFailed } from './answer-failed.ts'
import { batches, type Inputs } from './batches.ts'
import { type Callbacks, tell } from './callbacks.ts'
import { connect } from './connect.ts'
import { exchange, type Request } from './exchange.ts'
import { explainLost } from './explain-lost.ts'
import type { Connection } from './protocols/connection.ts'
import type { DialectOptions } from './protocols/dialect.ts'
import { isReady } from './ready.ts'
import { PostResponse } from './response.ts'
import { type RetryOptions, retryPolicy } from './retry.ts'
import { checkEndpoint, type StreamDocOptions, streamDoc, streamFrames } from './stream-doc.ts'

/** Where the server is and how to talk to it; `new Client('HOST:PORT')` says the same in one word. */
export interface ClientOptions extends Omit<AddressParts, 'tls'> {
  /** Default grpc. Those that end in s mean TLS. */
  readonly protocol?: 'grpc' | 'grpcs' | 'http' | 'https' | 'websocket' | 'ws' | 'wss' | undefined
  /** PEM texts: `ca` of those to trust instead of the system's, `certificate` and `key` of the caller where the server wants them. */
  readonly tls?: boolean | CallerTls | undefined
  /** Sent with every call: gRPC metadata, HTTP headers. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Most requests under way of a call that does not say; 0: any number. Default 1000, as in Jina; over HTTP 128 at most. */
  readonly prefetch?: number
  /** `NoCompression`, `Deflate` or `Gzip` of requests by gRPC and HTTP. Default: none. */
  readonly compression?: string | undefined
  /** Sizes of messages, keepalive, reconnection by names of gRPC: `{ 'grpc.keepalive_time_ms': 10_000 }`. */
  readonly grpcChannelOptions?: Readonly<Record<string, unknown>> | undefined
}

/** Names and defaults as Jina's client has them (Jina facts §9). */
export interface PostOptions extends RetryOptions, Callbacks {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** Regular expression: only executors whose name it matches take part. */
  readonly targetExecutor?: string | undefined
  /** Documents in one request; below 1: all in one. Default 100. */
  readonly requestSize?: number | undefined
  /** Time for the whole stream, or for each request without `stream`. Default: none. */
  readonly timeoutMs?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** gRPC: one stream for all requests (default), or a call for each. HTTP always makes calls, WebSocket a stream. */
  readonly stream?: boolean | undefined
  /** Answers in the order of their requests; else as they come. Default false. */
  readonly resultsInOrder?: boolean | undefined
  /** Most requests under way, 0: any number; how fast answers are taken bounds how fast inputs are read. */
  readonly prefetch?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** `post` leaves out answers that are errors instead of throwing the first one. Default false. */
  readonly continueOnError?: boolean | undefined
}

/** A post in one object. */
export interface PostRequest extends PostOptions {
  readonly on: string
  readonly inputs?: Inputs
}

/** @internal A connection that is there already. */
export class Connected {
  constructor(readonly connection: Connection) {}
}

const REQUEST_SIZE = 100

export class Client {
  readonly #connection: Connection
  readonly #place: Address
  readonly #tls: boolean | CallerTls
  readonly #prefetch: number

  /** `HOST:PORT`, `grpc://HOST:PORT`, `https://…`, `ws://…`, or the same in parts. Connects with the first call. Throws XserveError BAD_ARGUMENT. */
  constructor(address: string | ClientOptions)
  /** @internal */
  constructor(address: Connected)
  constructor(address: string | ClientOptions | Connected) {
    if (address instanceof Connected) {
      this.#connection = address.connection
      this.#place = { protocol: 'grpc', host: '', port: 0, tls: false }
      this.#tls = false
      this.#prefetch = PREFETCH
      return
    }
    const { tls, metadata, prefetch, compression, grpcChannelOptions, ...place }: ClientOptions =
      typeof address === 'string' ? { host: address } : address
    this.#place = resolveAddress({ ...place, tls: tls === undefined ? undefined : tls !== false })
    this.#tls = typeof tls === 'object' ? tls : this.#place.tls
    this.#prefetch = mostUnderWay(prefetch ?? PREFETCH)
    this.#connection = connect(this.#place, {
      tls: this.#tls,
      metadata,
      tuning: readChannelTuning(compression, grpcChannelOptions),
    })
  }

  /** `host:port`. */
  get address(): string {
    return this.#connection.address
  }

  /**
   * Documents of all answers, as they arrive or in order of requests (`resultsInOrder`); nothing is merged.
   * With `onDone` or `onAlways` they go there instead, and the array stays empty.
   * Throws AnswerFailed for an answer that is an error (not with `onError`), XserveError UNREACHABLE, DEADLINE, CANCELLED, UNAVAILABLE.
   */
  post(on: string, inputs?: Inputs, options?: PostOptions): Promise<DocumentArray>
  post(request: PostRequest): Promise<DocumentArray>
  async post(on: string | PostRequest, inputs?: Inputs, options: PostOptions = {}): Promise<DocumentArray> {
    const request: PostRequest = typeof on === 'string' ? { ...options, on, inputs } : on
    const docs = new DocumentArray()
    const isTold = request.onDone !== undefined || request.onAlways !== undefined
    for await (const response of this.#responses(request)) {
      const isHandled = await tell(response, request)
      if (!response.isError) {
        if (!isTold) docs.extend(response.docs)
      } else if (!isHandled && !request.continueOnError) throw new AnswerFailed(response)
    }
    return docs
  }

  /** Each answer when it comes, errors included (`isError`). Leaving the loop cancels what is under way. */
  stream(on: string, inputs?: Inputs, options?: PostOptions): AsyncGenerator<PostResponse, void, undefined>
  stream(request: PostRequest): AsyncGenerator<PostResponse, void, undefined>
  stream(
    on: string | PostRequest,
    inputs?: Inputs,
    options: PostOptions = {},
  ): AsyncGenerator<PostResponse, void, undefined> {
    return this.#responses(typeof on === 'string' ? { ...options, on, inputs } : on)
  }

  /**
   * The documents that a streaming endpoint makes of one document, each when it comes; reading slowly holds the endpoint
   * back, leaving the loop cancels. Throws AnswerFailed behind what came before an error, and XserveError as `post` does.
   */
  streamDoc(
    on: string,
    doc?: DocumentInput,
    options: StreamDocOptions = {},
  ): AsyncGenerator<Document, void, undefined> {
    return this.#explained(streamDoc(this.#connection, on, doc, options))
  }

  /** @internal The same as answers, errors included; `first` is the place of the document among all inputs, from 0. */
  streamFrames(
    on: string,
    doc: DocumentInput | undefined,
    options: StreamDocOptions,
    first = 0,
  ): AsyncGenerator<PostResponse, void, undefined> {
    return this.#explained(streamFrames(this.#connection, on, doc, options, first))
  }

  /** Whether a request would get through all executors now: a dry run, or a health check where the server is a shared executor. */
  isReady(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return isReady(this.#connection, options)
  }

  /** Ends the connection; calls under way fail with CANCELLED. */
  close(): void {
    this.#connection.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async *#responses(post: PostRequest): AsyncGenerator<PostResponse, void, undefined> {
    const { timeoutMs: deadlineMs, metadata, signal, stream = true } = post
    const prefetch = post.prefetch === undefined ? this.#prefetch : mostUnderWay(post.prefetch)
    const retry = retryPolicy(post)
    const answers = exchange(requestsOf(post, this.#connection, { deadlineMs, signal, retry }), {
      prefetch,
      inOrder: post.resultsInOrder ?? false,
      open: (listener) =>
        this.#connection.open(listener, { endpoint: post.on, stream, deadlineMs, metadata, signal, retry }),
    })
    for await (const { reply, request } of this.#explained(answers)) yield new PostResponse(reply, request)
  }

  /** What failed for TLS is told by what is wrong with it. */
  async *#explained<T>(source: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
    try {
      yield* source
    } catch (error) {
      throw error instanceof XserveError ? await explainLost(error, this.#place, this.#tls) : error
    }
  }
}

async function* requestsOf(
  { on, inputs, parameters, targetExecutor, requestSize }: PostRequest,
  connection: Connection,
  asking: DialectOptions,
): AsyncGenerator<Request, void, undefined> {
  checkEndpoint(on)
  let encode: Awaited<ReturnType<Connection['encoder']>> | null = null
  let first = 0
  for await (const batch of batches(inputs, requestSize ?? REQUEST_SIZE)) {
    const id = newId()
    const count = batch?.length ?? 0
    // Without any input nobody is asked anything.
    encode ??= await connection.encoder({ endpoint: on, parameters, targetExecutor }, asking)
    yield { id, first, count, bytes: encode(id, batch) }
    first += count
  }
}

/** 0 is no number of requests: only what they hold in memory is limited. */
function mostUnderWay(prefetch: number): number {
  if (Number.isInteger(prefetch) && prefetch >= 0) return prefetch === 0 ? Number.POSITIVE_INFINITY : prefetch
  throw new XserveError('BAD_ARGUMENT', `prefetch must be a whole number, 0 for no limit, not ${prefetch}`)
}
