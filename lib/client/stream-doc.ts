/** One document to a streaming endpoint, any number back: at the pace of who reads them. */
import { encodeData } from '../document/data-content.ts'
import type { Document } from '../document/document.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { newId } from '../document/id.ts'
import { XserveError } from '../errors.ts'
import { encodeStruct } from '../protobuf/struct.ts'
import { Envelope } from '../wire/envelope.ts'
import { parseSingleDocument, unwrapDocuments } from '../wire/single-document.ts'
import { AnswerFailed } from './answer-failed.ts'
import type { Connection } from './protocols/connection.ts'
import { envelopeReply } from './protocols/envelope.ts'
import { PostResponse } from './response.ts'

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

/** Throws AnswerFailed for an error of the executor, XserveError of the channel. */
export async function* streamDoc(
  connection: Connection,
  on: string,
  doc: DocumentInput | undefined,
  options: StreamDocOptions,
): AsyncGenerator<Document, void, undefined> {
  for await (const response of streamFrames(connection, on, doc, options)) {
    if (response.isError) throw new AnswerFailed(response)
    yield* response.docs
  }
}

/** Each frame as an answer with one document, errors included. */
export async function* streamFrames(
  connection: Connection,
  on: string,
  doc: DocumentInput | undefined,
  options: StreamDocOptions,
  first = 0,
): AsyncGenerator<PostResponse, void, undefined> {
  const request = requestOf(on, doc, options)
  const { timeoutMs: deadlineMs, metadata, signal } = options
  for await (const bytes of connection.frames(request, { deadlineMs, metadata, signal })) {
    yield new PostResponse(envelopeReply(parseSingleDocument(bytes).encode()), { first, count: 1 })
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
