/** The answers of one connection: sent in the order of their requests, each as soon as those before it have left. */
import { isTellable } from '../../../errors.ts'
import type { HttpResponse } from '../exchange.ts'
import type { Exchange } from './exchange.ts'
import type { FrontState } from './front-state.ts'
import type { Outbox } from './outbox.ts'
import { type Refusal, refuse, refuseError } from './refusal.ts'
import { type Framing, writeAnswer, writeStreamHead } from './response-writer.ts'
import { dropPieces, type StreamAnswer, streamAnswer } from './stream-answer.ts'

const isPieces = (body: HttpResponse['body']): body is AsyncIterable<Uint8Array | string> =>
  body !== null && typeof body === 'object' && !(body instanceof Uint8Array)

/** Hot-path object: one per connection. */
export class AnswerLine {
  private readonly queue: Exchange[] = []
  private stream: StreamAnswer | null = null
  private refusal: Refusal | null = null

  constructor(
    private readonly out: Outbox,
    private readonly front: FrontState,
    /** One answer has been written; nothing may follow the `last`. */
    private readonly answered: (last: boolean) => void,
  ) {}

  /** Requests under way. */
  get length(): number {
    return this.queue.length
  }

  get allSafe(): boolean {
    return this.queue.every((exchange) => exchange.safe)
  }

  add(exchange: Exchange): void {
    this.queue.push(exchange)
  }

  settle(exchange: Exchange, answer: HttpResponse): void {
    if (exchange.cancelled) {
      if (isPieces(answer.body)) dropPieces(answer.body)
      return
    }
    exchange.answer = answer
    if (this.queue[0] === exchange) this.advance()
  }

  /** The last answer of the connection, behind those under way. */
  refuse(refusal: Refusal): void {
    this.refusal = refusal
    this.advance()
  }

  /** The conversation that follows is no answer. */
  remove(exchange: Exchange): void {
    this.queue.splice(this.queue.indexOf(exchange), 1)
  }

  drained(): void {
    this.stream?.drained()
  }

  /** The caller has gone. */
  cancel(): void {
    this.stream?.stop()
    this.stream = null
    this.refusal = null
    for (const exchange of this.queue.splice(0)) {
      if (exchange.answer !== null && isPieces(exchange.answer.body)) dropPieces(exchange.answer.body)
      try {
        exchange.cancel()
      } catch (error) {
        this.front.report(error)
      }
    }
  }

  private advance(): void {
    while (this.stream === null) {
      const exchange = this.queue[0]
      if (exchange === undefined || exchange.answer === null) break
      this.send(exchange, exchange.answer)
    }
    if (this.queue.length === 0 && this.refusal !== null) {
      const answer = refuse(this.refusal)
      this.refusal = null
      writeAnswer(this.out, answer, answer.body, this.framing('1.1', false, true))
      this.answered(true)
    }
  }

  private send(exchange: Exchange, answer: HttpResponse): void {
    const { body } = answer
    const pieces = isPieces(body)
    if (exchange.content !== null && !exchange.content.skip()) exchange.last = true
    if (pieces && exchange.version === '1.0') exchange.last = true
    if (this.front.draining && this.queue.length === 1) exchange.last = true
    const headOnly = exchange.method === 'HEAD'
    const framing = this.framing(exchange.version, headOnly, exchange.last)
    try {
      if (!pieces) {
        if (writeAnswer(this.out, answer, body, framing) && body instanceof Uint8Array) answer.copied?.(body)
      } else writeStreamHead(this.out, answer, framing)
    } catch (error) {
      if (pieces) dropPieces(body)
      const masked = refuseError(error, this.front.report)
      writeAnswer(this.out, masked, masked.body as string, framing)
      this.sent(exchange)
      return
    }
    if (!pieces) {
      this.sent(exchange)
      return
    }
    if (headOnly || answer.status === 204 || answer.status === 304) {
      dropPieces(body)
      this.sent(exchange)
      return
    }
    this.stream = streamAnswer(this.out, body, exchange.version, (error) => this.streamed(exchange, error))
  }

  private streamed(exchange: Exchange, error: unknown): void {
    this.stream = null
    if (error !== undefined) {
      // The head has left, so all that can be said is that the answer is not whole: its end is missing.
      if (!isTellable(error)) this.front.report(error)
      exchange.last = true
    }
    this.sent(exchange)
    this.advance()
  }

  private sent(exchange: Exchange): void {
    this.queue.shift()
    this.answered(exchange.last)
  }

  private framing(version: '1.0' | '1.1', headOnly: boolean, last: boolean): Framing {
    return { dateLine: this.front.clock.dateLine, version, headOnly, last }
  }
}
