/** One answer as a caller sees it; documents, parameters and routes are read when they are asked for. */
import type { DocumentArray } from '../document/document-array.ts'
import type { RouteRecord } from '../wire/routes.ts'
import type { Status } from '../wire/status.ts'
import type { Reply } from './protocols/connection.ts'

/** The answer to one request of a post. */
export class PostResponse {
  readonly #reply: Reply

  constructor(
    reply: Reply,
    /** What it answers: the place of the first document among all inputs, from 0, and how many there were. */
    readonly request: { readonly first: number; readonly count: number },
  ) {
    this.#reply = reply
  }

  get docs(): DocumentArray {
    return this.#reply.docs
  }
  /** What methods returned besides documents is in `__results__`. */
  get parameters(): Record<string, unknown> {
    return this.#reply.parameters
  }
  get header(): { readonly requestId: string; readonly endpoint: string; readonly status: Status } {
    const { requestId, endpoint, status } = this.#reply
    return { requestId, endpoint, status }
  }
  /** Who handled the request, from when to when. */
  get routes(): RouteRecord[] {
    return this.#reply.routes
  }
  /** Whether an executor failed; `header.status` says how. */
  get isError(): boolean {
    return this.#reply.isError
  }

  toJSON(): Record<string, unknown> {
    const { header, parameters, routes, docs } = this
    return { header, parameters, routes, docs: docs.toJSON() }
  }
}
