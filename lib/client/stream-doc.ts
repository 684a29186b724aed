/** One document to a streaming endpoint, any number back: at the pace of who reads them. */
import { Document } from '../document/document.ts'
import type { DocumentInput } from '../document/document-array.ts'
import { XserveError } from '../errors.ts'
import { AnswerFailed } from './answer-failed.ts'
import type { Connection } from './protocols/connection.ts'
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
  checkEndpoint(on)
  const { parameters, targetExecutor, timeoutMs: deadlineMs, metadata, signal } = options
  const document = doc instanceof Document ? doc : new Document(doc ?? {})
  const head = { endpoint: on, parameters, targetExecutor }
  for await (const reply of connection.frames(head, document, { deadlineMs, metadata, signal })) {
    yield new PostResponse(reply, { first, count: 1 })
  }
}

/** Of a caller who may have no compiler. Throws XserveError BAD_ARGUMENT. */
export function checkEndpoint(on: string): void {
  if (typeof on === 'string' && on !== '') return
  throw new XserveError('BAD_ARGUMENT', 'the endpoint is missing', { hint: "for example '/'" })
}
