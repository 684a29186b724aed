/**
 * An HTTP exchange on its way to a gateway of the user's, as a call of a streaming endpoint: the request is one document, the
 * answer is documents, the first with status and headers, each with a piece of the body.
 */
import { Document } from '../document/document.ts'

/** Nobody has an endpoint of this name by chance: it is hidden from discovery. */
export const FETCH_ENDPOINT = '_xserve_fetch_'

export type HeaderList = readonly (readonly [name: string, value: string])[]

export interface FetchRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: HeaderList
  readonly body: Uint8Array
}

export interface FetchAnswer {
  readonly status: number
  readonly headers: HeaderList
}

export function requestDocument({ method, url, headers, body }: FetchRequest): Document {
  return new Document({ tags: { method, url, headers }, ...(body.length > 0 ? { blob: body } : {}) })
}

export function readRequestDocument(document: Document): FetchRequest {
  const { method, url, headers } = document.tags as unknown as Omit<FetchRequest, 'body'>
  return { method, url, headers, body: document.blob ?? new Uint8Array(0) }
}

export function answerDocument(answer: FetchAnswer | null, piece: Uint8Array | null): Document {
  return new Document({
    ...(answer === null ? {} : { tags: { status: answer.status, headers: answer.headers } }),
    ...(piece === null ? {} : { blob: piece }),
  })
}

export function readAnswer(document: Document): FetchAnswer {
  return document.tags as unknown as FetchAnswer
}
