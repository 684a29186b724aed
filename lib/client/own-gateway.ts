/** The class that users extend for HTTP routes of their own beside those of a Flow. */
import type { Document } from '../document/document.ts'
import type { DocumentArray } from '../document/document-array.ts'
import { Executor, linkOf } from '../executor/executor.ts'
import { stackLines } from '../executor/failure.ts'
import { answerDocument, FETCH_ENDPOINT, type FetchRequest, readRequestDocument } from '../wire/fetch-message.ts'
import type { Client } from './client.ts'

/** The Flow behind the gateway, called without a port in between; as `Client`. */
export type FlowAccess = Pick<Client, 'post' | 'stream' | 'streamDoc' | 'isReady'>

/** What a request comes with. */
export interface FetchContext {
  readonly flow: FlowAccess
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
}

/** Statuses whose answers have no body (RFC 9110 §6.4.1). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

interface FetchCall {
  readonly docs: DocumentArray
  readonly signal: AbortSignal
}

/**
 * A gateway of the user's own: `gateway: { uses: my_gateway.ts, protocol: http }`. `fetch` answers every HTTP request whose
 * path the Flow itself does not have; protocols, health, discovery and documents stay the built-in gateway's. It is user
 * code, so it runs in a process of its own, is reloaded and started again like an executor, and has what an executor has:
 * `logger`, `workspace`, `init()`, `close()`, the constructor's argument (`uses_with`). Jina's counterpart: Jina facts §5.10.
 */
export abstract class Gateway extends Executor {
  static override readonly requests: Readonly<Record<string, string>> = { [FETCH_ENDPOINT]: 'answerFetch' }
  #flow: FlowAccess | null = null

  /**
   * Answers a request; a `Response` with a stream as body is sent piece by piece, at the reader's pace. What it throws is
   * answered with status 500 and told in the log.
   */
  abstract fetch(request: Request, context: FetchContext): Response | Promise<Response>

  /** @internal One exchange as a call of a streaming endpoint. */
  async *answerFetch({ docs, signal }: FetchCall): AsyncGenerator<Document, void, undefined> {
    const given = readRequestDocument(docs[0]!)
    try {
      yield* this.#answer(given, signal)
    } catch (error) {
      // Who asked may have left, and is told no more than the error's name: its place is for the operator.
      if (!signal.aborted)
        this.logger.error(
          `${given.method} ${new URL(given.url).pathname} failed: ${stackLines(error).join('').trimEnd()}`,
        )
      throw error
    }
  }

  async *#answer(given: FetchRequest, signal: AbortSignal): AsyncGenerator<Document, void, undefined> {
    const { method, url, headers, body } = given
    const hasBody = body.length > 0 && method !== 'GET' && method !== 'HEAD'
    const request = new Request(url, {
      method,
      headers: headers.map(([name, value]) => [name, value] as [string, string]),
      ...(hasBody ? { body: body as Uint8Array<ArrayBuffer> } : {}),
      signal,
    })
    if (typeof this.fetch !== 'function') throw new TypeError(`${this.constructor.name} has no method fetch(request)`)
    const response = await this.fetch(request, { flow: this.#access(), signal })
    if (!(response instanceof Response)) {
      throw new TypeError(`fetch() must give a Response, not ${response === null ? 'null' : typeof response}`)
    }
    const answer = { status: response.status, headers: [...response.headers] }
    if (response.body === null || method === 'HEAD' || WITHOUT_BODY.has(response.status)) {
      yield answerDocument(answer, null)
      return
    }
    let head: typeof answer | null = answer
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      yield answerDocument(head, piece)
      head = null
    }
    if (head !== null) yield answerDocument(head, null)
  }

  #access(): FlowAccess {
    // Loaded with the first request: the start of the process does not wait for it.
    this.#flow ??= (require('./over-link.ts') as typeof import('./over-link.ts')).clientOver(linkOf(this))
    return this.#flow
  }
}
