/**
 * One connection of the front: requests are read from it one behind the other, and answered in their order. Requests that
 * change nothing may run side by side (pipelining); any other waits until those before it are answered.
 */
import { XserveError } from '../../../errors.ts'
import { type FrontConnection, type FrontSocket, peerOf } from '../../socket/connection.ts'
import type { HttpResponse } from '../exchange.ts'
import type { Conversation, ConversationHost } from '../websocket/conversation.ts'
import { acceptWebSocket, wantsWebSocket } from '../websocket/handshake.ts'
import { AnswerLine } from './answer-line.ts'
import type { Body, BodySource } from './body.ts'
import { Exchange, openExchange } from './exchange.ts'
import type { FrontState } from './front-state.ts'
import { readHead } from './known-heads.ts'
import { Outbox } from './outbox.ts'
import { BODY_BYTES_PER_SPAN, SLOW_BODY, SLOW_HEAD, SPANS } from './patience.ts'
import { type Refusal, refuse, refuseError } from './refusal.ts'
import { Head } from './request-head.ts'

/** Requests under way on one connection. */
const MOST_RUNNING = 16
/** Unread answers, or unread requests, beyond which nothing more is read. */
const MOST_WAITING = 64 * 1024
const TLS_HELLO = 0x16
const NO_TLS: Refusal = { status: 400, detail: 'this port speaks plain HTTP, not TLS' }
const EMPTY = Buffer.alloc(0)

/** `deaf`: nothing more is read, while answers are under way. `ending`: the last answer is leaving. */
type Phase = 'requests' | 'deaf' | 'conversation' | 'ending' | 'closed'

/** Hot-path object: one per connection. */
export class Connection implements FrontConnection, BodySource, ConversationHost {
  readonly out: Outbox
  private readonly answers: AnswerLine
  private phase: Phase = 'requests'
  /** Bytes that cannot be read yet: part of a head, or requests that have to wait. */
  private held: Buffer = EMPTY
  /** The body that arrives. */
  private body: Body | null = null
  private bodyMark = 0
  private conversation: Conversation | null = null
  private reading = false
  /** A request has begun behind which the connection ends. */
  private lastBegun = false
  private paused = false
  private peerText: string | undefined
  private waitsFor: keyof typeof SPANS = 'request'
  /** The second in which that is given up; 0: never. */
  private deadline: number

  constructor(
    private readonly socket: FrontSocket,
    private readonly front: FrontState,
  ) {
    this.out = new Outbox(socket, front.shared)
    this.answers = new AnswerLine(this.out, front, (last) => this.answered(last))
    this.deadline = front.clock.seconds + SPANS.request
  }

  get peer(): string {
    return (this.peerText ??= peerOf(this.socket))
  }

  /** Bytes of the caller. */
  receive(chunk: Buffer): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk])
    this.out.corked = true
    if (this.phase === 'requests') this.read(bytes)
    else if (this.phase === 'conversation') this.conversation!.receive(bytes)
    this.out.corked = false
    this.out.flush()
  }

  /** The socket takes bytes again. */
  drained(): void {
    if (this.out.queued === 0) return
    this.out.drained()
    if (this.out.queued > 0) return
    if (this.phase === 'ending') this.hangUp()
    else {
      this.answers.drained()
      this.conversation?.drained()
      this.proceed()
    }
  }

  /** The socket is gone. */
  closed(): void {
    if (this.phase === 'closed') return
    this.phase = 'closed'
    this.deadline = 0
    this.held = EMPTY
    this.out.close()
    this.answers.cancel()
    this.conversation?.lost()
  }

  /** Called once a second. */
  tick(second: number): void {
    if (this.phase === 'conversation') this.conversation!.tick()
    else if (this.deadline !== 0 && second >= this.deadline) this.expire(second)
  }

  /** Ends now when nothing is under way; what is under way is answered first. */
  drain(): void {
    this.front.draining = true
    this.conversation?.drain()
    if (this.phase === 'requests' && this.answers.length === 0 && this.held.length === 0) this.terminate()
  }

  /** The last moment of a front that closes: conversations are told, answers cut. */
  cutShort(): void {
    if (this.phase === 'conversation') this.conversation!.cutShort()
    else if (this.phase !== 'ending') this.terminate()
  }

  terminate(): void {
    this.closed()
    this.socket.end()
  }

  invite(): void {
    if (this.answers.length === 1) this.out.latin1('HTTP/1.1 100 Continue\r\n\r\n')
  }

  pause(): void {
    if (this.paused || this.phase === 'closed') return
    this.paused = true
    this.socket.pause()
  }

  resume(): void {
    if (!this.paused || this.phase === 'closed') return
    this.paused = false
    this.socket.resume()
  }

  /** Sends what is written so far and no more; the caller has a moment to take it and hang up. */
  finish(): void {
    if (this.phase === 'closed' || this.phase === 'ending') return
    this.phase = 'ending'
    this.held = EMPTY
    this.body = null
    this.deadline = 0
    this.out.flush()
    this.answers.cancel()
    this.resume()
    if (this.out.queued === 0) this.hangUp()
  }

  /** Closing at once would take the answer away from a caller that is still sending. */
  private hangUp(): void {
    this.waitFor('end')
    this.socket.shutdown()
  }

  /** Reads as many requests as may begin; what is left is held. */
  private read(bytes: Buffer): void {
    let at = 0
    this.reading = true
    this.held = EMPTY
    while (at < bytes.length && this.phase === 'requests') {
      const end = this.body === null ? this.readHead(bytes, at) : this.readBody(this.body, bytes, at)
      if (end === at) break
      at = end
    }
    this.reading = false
    if (this.phase === 'requests') {
      if (at < bytes.length) this.held = at === 0 ? bytes : bytes.subarray(at)
      if (this.held.length > MOST_WAITING) this.pause()
      else if (this.body === null) this.resume()
      this.arm(at > 0)
    } else if (this.phase === 'conversation' && at < bytes.length) {
      this.conversation!.receive(bytes.subarray(at))
    }
  }

  /** `from` when no request can begin there yet. */
  private readHead(bytes: Buffer, from: number): number {
    if (this.lastBegun) return bytes.length
    const running = this.answers.length
    if (running > 0 && (running >= MOST_RUNNING || !this.answers.allSafe)) return from
    if (this.out.queued > MOST_WAITING) return from
    // One who speaks TLS here cannot read it, yet finds by it that this is no TLS ("wrong version number"), and so do people.
    if (bytes[from] === TLS_HELLO && running === 0) return this.giveUp(NO_TLS, bytes.length)
    const head = readHead(bytes, from)
    if (head === null) return from
    const exchange = head instanceof Head ? openExchange(head, bytes, this, this.front.maxMessageBytes) : head
    if (!(exchange instanceof Exchange)) return this.giveUp(exchange, bytes.length)
    const upgrades = (head as Head).upgrades && wantsWebSocket(exchange)
    if (running > 0 && (upgrades || !exchange.safe)) return from
    this.lastBegun = exchange.last ||= this.front.draining
    let end = (head as Head).end
    if (exchange.whole >= 0) end += exchange.whole
    else if (exchange.content !== null) {
      this.body = exchange.content
      this.bodyMark = 0
      this.waitsFor = 'nothing'
      // A body that is here already is read first, so that the handler finds it complete.
      if (end < bytes.length) end = this.readBody(this.body, bytes, end)
    }
    this.answers.add(exchange)
    if (upgrades) this.upgrade(exchange)
    else this.handle(exchange)
    return end
  }

  private readBody(body: Body, bytes: Buffer, from: number): number {
    const end = body.push(bytes, from)
    if (body.done) this.body = null
    else if (body.refusal !== null) this.phase = 'deaf'
    return end
  }

  private handle(exchange: Exchange): void {
    let answer: HttpResponse | Promise<HttpResponse>
    try {
      answer = this.front.http(exchange)
    } catch (error) {
      answer = this.failed(exchange, error)
    }
    if (!(answer instanceof Promise)) {
      this.answers.settle(exchange, answer)
      return
    }
    answer.then(
      (response) => this.answers.settle(exchange, response),
      (error: unknown) => this.answers.settle(exchange, this.failed(exchange, error)),
    )
  }

  private failed(exchange: Exchange, error: unknown): HttpResponse {
    const { content } = exchange
    if (content !== null && content.failure === error && content.refusal !== null) return refuse(content.refusal)
    return refuseError(error, this.front.report)
  }

  private upgrade(exchange: Exchange): void {
    const result = acceptWebSocket(exchange, this.front, this)
    if ('status' in result) {
      this.answers.settle(exchange, result)
      return
    }
    this.answers.remove(exchange)
    this.phase = 'conversation'
    this.conversation = result
    result.open()
    if (this.front.draining) result.drain()
  }

  /** Nothing behind this can be understood. */
  private giveUp(refusal: Refusal, end: number): number {
    this.phase = 'deaf'
    this.deadline = 0
    this.answers.refuse(refusal)
    return end
  }

  private answered(last: boolean): void {
    if (last) this.finish()
    else if (!this.reading) this.proceed()
  }

  /** Goes on with what was held. */
  private proceed(): void {
    if (this.phase !== 'requests' || this.reading) return
    if (this.held.length === 0) {
      this.arm(true)
      return
    }
    const { held } = this
    this.held = EMPTY
    this.receive(held)
  }

  private arm(progress: boolean): void {
    const next =
      this.body !== null ? 'body' : this.answers.length > 0 ? 'nothing' : this.held.length > 0 ? 'head' : 'request'
    if (next !== this.waitsFor || (progress && next !== 'body')) this.waitFor(next)
  }

  private waitFor(what: keyof typeof SPANS): void {
    this.waitsFor = what
    this.deadline = what === 'nothing' ? 0 : this.front.clock.seconds + SPANS[what]
  }

  private expire(second: number): void {
    const { body } = this
    if (this.waitsFor === 'head') this.giveUp(SLOW_HEAD, 0)
    else if (this.waitsFor !== 'body' || body === null) this.terminate()
    else if (this.paused || body.arrived - this.bodyMark >= BODY_BYTES_PER_SPAN) {
      this.bodyMark = body.arrived
      this.deadline = second + SPANS.body
    } else {
      this.phase = 'deaf'
      this.deadline = 0
      body.fail(new XserveError('BAD_REQUEST', SLOW_BODY.detail), SLOW_BODY)
    }
  }
}
