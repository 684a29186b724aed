/** One document to a streaming endpoint, any number back: at the pace of who reads them. */
import type { GrpcCallOptions, GrpcChannel } from '../channel/grpc.ts'
import { encodeData } from '../document/data-content.ts'
import type { Document } from '../document/document.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { newId } from '../document/id.ts'
import { XserveError } from '../errors.ts'
import { encodeStruct } from '../protobuf/struct.ts'
import { Envelope } from '../wire/envelope.ts'
import { parseSingleDocument, unwrapDocuments } from '../wire/single-document.ts'
import { AnswerFailed, PostResponse } from './response.ts'

/** Options of `streamDoc`. */
export interface StreamDocOptions {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** Regular expression: only executors whose name it matches take part. */
  readonly targetExecutor?: string | undefined
  /** Time for the whole stream. Default: none. */
  readonly timeoutMs?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

const STREAM_DOC = '/jina.JinaSingleDocumentRequestRPC/stream_doc'
/** Frames that have come and are not read; with so many the server is told to wait. */
const MOST_WAITING = 16

/** Throws AnswerFailed for an error of the executor, XserveError of the channel. */
export async function* streamDoc(
  channel: GrpcChannel,
  on: string,
  doc: DocumentInput | undefined,
  options: StreamDocOptions,
): AsyncGenerator<Document, void, undefined> {
  for await (const response of streamFrames(channel, on, doc, options)) {
    if (response.isError) throw new AnswerFailed(response)
    yield* response.docs
  }
}

/** Each frame as an answer with one document, errors included. */
export async function* streamFrames(
  channel: GrpcChannel,
  on: string,
  doc: DocumentInput | undefined,
  options: StreamDocOptions,
  first = 0,
): AsyncGenerator<PostResponse, void, undefined> {
  const request = requestOf(on, doc, options)
  for await (const bytes of readFrames(channel, request, options)) {
    yield new PostResponse(parseSingleDocument(bytes), { first, count: 1 })
  }
}

function requestOf(on: string, doc: DocumentInput | undefined, options: StreamDocOptions): Uint8Array {
  if (typeof on !== 'string' || on === '')
    throw new XserveError('BAD_ARGUMENT', 'the endpoint is missing', { hint: "for example '/'" })
  const { parameters, targetExecutor } = options
  const documents = new DocumentArray([doc ?? {}])
  const [document] = unwrapDocuments(encodeData(documents))
  return Envelope.create({
    requestId: newId(),
    endpoint: on,
    ...(targetExecutor ? { targetExecutor } : {}),
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters: encodeStruct(parameters) } : {}),
  }).encodeWith(document!)
}

async function* readFrames(
  channel: GrpcChannel,
  request: Uint8Array,
  options: StreamDocOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = []
  const state: { over: boolean; failure: XserveError | null; paused: boolean } = {
    over: false,
    failure: null,
    paused: false,
  }
  let wake = (): void => {}
  const call: GrpcCallOptions = {
    deadlineMs: options.timeoutMs,
    metadata: options.metadata,
    signal: options.signal,
  }
  const stream = channel.duplex(
    STREAM_DOC,
    {
      message(bytes) {
        waiting.push(bytes)
        if (waiting.length >= MOST_WAITING && !state.paused) {
          state.paused = true
          stream.pause()
        }
        wake()
      },
      end(error) {
        state.over = true
        state.failure = error
        wake()
      },
    },
    call,
  )
  try {
    stream.write(request)
    stream.end()
    for (;;) {
      const bytes = waiting.shift()
      if (bytes !== undefined) yield bytes
      else if (state.failure) throw state.failure
      else if (state.over) return
      else {
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        if (state.paused) {
          state.paused = false
          stream.resume()
        }
        await more
      }
    }
  } finally {
    stream.cancel()
  }
}
