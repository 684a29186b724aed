/** The SDK's client: documents to an endpoint of a Flow, a served executor or a shared one, answers back. */
import { createGrpcChannel, type GrpcChannel } from '../channel/grpc.ts'
import { encodeData } from '../document/data-content.ts'
import type { Document } from '../document/document.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { newId } from '../document/id.ts'
import { XserveError } from '../errors.ts'
import { encodeStruct } from '../protobuf/struct.ts'
import { Envelope } from '../wire/envelope.ts'
import { type AddressParts, addressText, resolveAddress } from './address.ts'
import { batches, type Inputs } from './batches.ts'
import { exchange, type Request } from './exchange.ts'
import { isReady } from './ready.ts'
import { AnswerFailed, PostResponse } from './response.ts'
import { type StreamDocOptions, streamDoc, streamFrames } from './stream-doc.ts'
import { openCalls, openStream } from './transport.ts'

/** Where the server is and how to talk to it; `new Client('HOST:PORT')` says the same in one word. */
export interface ClientOptions extends Omit<AddressParts, 'tls'> {
  /** Only gRPC in this version; grpcs is gRPC with TLS. */
  readonly protocol?: 'grpc' | 'grpcs'
  /** `ca`: PEM text of the certificates to trust instead of the system's. */
  readonly tls?: boolean | { readonly ca: string } | undefined
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Most requests under way of a call that does not say. Default 1000, as in Jina. */
  readonly prefetch?: number
}

/** Names and defaults as Jina's client has them (Jina facts §9). */
export interface PostOptions {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** Regular expression: only executors whose name it matches take part. */
  readonly targetExecutor?: string | undefined
  /** Documents in one request; below 1: all in one. Default 100. */
  readonly requestSize?: number | undefined
  /** Time for the whole stream, or for each request without `stream`. Default: none. */
  readonly timeoutMs?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** One stream for all requests (default), or a call for each. */
  readonly stream?: boolean | undefined
  /** Answers in the order of their requests; else as they come. Default false. */
  readonly resultsInOrder?: boolean | undefined
  /** Most requests under way; how fast answers are taken bounds how fast inputs are read. */
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

const PREFETCH = 1000
const REQUEST_SIZE = 100

export class Client {
  readonly #channel: GrpcChannel
  readonly #prefetch: number

  /** `HOST:PORT`, `grpc://HOST:PORT`, `grpcs://…`, or the same in parts. Connects with the first call. Throws XserveError BAD_ARGUMENT. */
  constructor(address: string | ClientOptions) {
    const { tls, metadata, prefetch, ...place }: ClientOptions =
      typeof address === 'string' ? { host: address } : address
    const resolved = resolveAddress({ ...place, tls: tls === undefined ? undefined : tls !== false })
    this.#prefetch = positive('prefetch', prefetch ?? PREFETCH)
    this.#channel = createGrpcChannel(addressText(resolved), {
      tls: typeof tls === 'object' ? tls : resolved.tls,
      ...(metadata ? { metadata } : {}),
    })
  }

  /** `host:port`. */
  get address(): string {
    return this.#channel.address
  }

  /**
   * Documents of all answers, as they arrive or in order of requests (`resultsInOrder`); nothing is merged.
   * Throws AnswerFailed for an answer that is an error, XserveError UNREACHABLE, DEADLINE, CANCELLED, UNAVAILABLE.
   */
  post(on: string, inputs?: Inputs, options?: PostOptions): Promise<DocumentArray>
  post(request: PostRequest): Promise<DocumentArray>
  async post(on: string | PostRequest, inputs?: Inputs, options: PostOptions = {}): Promise<DocumentArray> {
    const request: PostRequest = typeof on === 'string' ? { ...options, on, inputs } : on
    const docs = new DocumentArray()
    for await (const response of this.#responses(request)) {
      if (!response.isError) docs.extend(response.docs)
      else if (!request.continueOnError) throw new AnswerFailed(response)
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
    return streamDoc(this.#channel, on, doc, options)
  }

  /** @internal The same as answers, errors included; `first` is the place of the document among all inputs, from 0. */
  streamFrames(
    on: string,
    doc: DocumentInput | undefined,
    options: StreamDocOptions,
    first = 0,
  ): AsyncGenerator<PostResponse, void, undefined> {
    return streamFrames(this.#channel, on, doc, options, first)
  }

  /** Whether a request would get through all executors now: a dry run, or a health check where the server is a shared executor. */
  isReady(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return isReady(this.#channel, options)
  }

  /** Ends the connection; calls under way fail with CANCELLED. */
  close(): void {
    this.#channel.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async *#responses(post: PostRequest): AsyncGenerator<PostResponse, void, undefined> {
    const { timeoutMs, metadata, signal } = post
    const open = post.stream === false ? openCalls : openStream
    const prefetch = post.prefetch === undefined ? this.#prefetch : positive('prefetch', post.prefetch)
    const answers = exchange(requestsOf(post), {
      prefetch,
      inOrder: post.resultsInOrder ?? false,
      open: (listener) => open(this.#channel, listener, { deadlineMs: timeoutMs, metadata, signal }),
    })
    for await (const { envelope, request } of answers) yield new PostResponse(envelope, request)
  }
}

async function* requestsOf({
  on,
  inputs,
  parameters,
  targetExecutor,
  requestSize,
}: PostRequest): AsyncGenerator<Request, void, undefined> {
  if (typeof on !== 'string' || on === '')
    throw new XserveError('BAD_ARGUMENT', 'the endpoint is missing', { hint: "for example '/'" })
  // The same for all requests of a call: written once.
  const shared = {
    endpoint: on,
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters: encodeStruct(parameters) } : {}),
    ...(targetExecutor ? { targetExecutor } : {}),
  }
  let first = 0
  for await (const batch of batches(inputs, requestSize ?? REQUEST_SIZE)) {
    const id = newId()
    const data = batch === null ? {} : { data: encodeData(batch) }
    const count = batch?.length ?? 0
    yield { id, first, count, bytes: Envelope.create({ ...shared, ...data, requestId: id }).encode() }
    first += count
  }
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw new XserveError('BAD_ARGUMENT', `${name} must be a whole number from 1, not ${value}`)
}
