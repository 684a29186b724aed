/**
 * One RPC: the state of its HTTP/2 stream (RFC 9113 §5.1) and the facts of the call. Subclasses say what is done with the
 * messages. Classes and not closures, since one is made for each call.
 */

import { XserveError } from '../../../errors.ts'
import { LEAST } from '../../../link/memory/loan.ts'
import type { Loans } from '../../../link/memory/loans.ts'
import { ownStore } from '../../../link/memory/store.ts'
import { asBuffer } from '../../../wire/write.ts'
import { timerMs } from '../../../within.ts'
import type { GrpcCall } from '../method.ts'
import { toCallStatus } from '../status.ts'
import type { Backlog } from './backlog.ts'
import type { FrontState } from './front-state.ts'
import { Inbox, type InboxOwner, type Packing, tooLarge } from './inbox.ts'
import { STREAM_WINDOW } from './limits.ts'
import { MessageReader, type MessageTarget } from './message-reader.ts'
import type { RequestHead } from './request-head.ts'
import type { Ending, Outgoing, Sender } from './sender.ts'

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly peer: string
  readonly front: FrontState
  readonly sender: Sender
  /** The end of the answer has been written. */
  finished(stream: Stream): void
  /** The stream's messages were taken: the peer may send more on it. */
  credit(stream: Stream): void
  /** Bytes came to wait for a method, or wait no more (negative). */
  held(bytes: number): void
}

const OK: Ending = { code: 0, details: '', trailers: null }

export const draining = (): XserveError =>
  new XserveError('DRAINING', 'the server is stopping; try again, or at another address')

/** Hot-path object: one per call. */
export abstract class Stream implements GrpcCall, Outgoing, MessageTarget, InboxOwner {
  // Sending; the sender's.
  sendWindow: number
  headSent = false
  backlog: Backlog | null = null
  ending: Ending | null = null
  queued = false
  full = false

  // Receiving; the connection's.
  /** Bytes that the peer may still send. */
  receiveLeft = STREAM_WINDOW
  /** The peer has sent its last frame. */
  remoteEnded = false
  /** All DATA so far, against `content-length`. */
  received = 0
  reader: MessageReader | null = null
  /** Nothing is sent of it and nothing taken any more; the table's. */
  closed = false
  /** What the last look at slow messages has seen of one under way; -1: there was none. */
  progressSeen = -1
  /** The second in which the answer was complete; 0 before. */
  answeredAt = 0

  /** The answer is decided, or nobody waits for it. */
  protected over = false
  protected inbox: Inbox | null = null
  readonly deadline: number
  private gone = false
  private listeners: (() => void)[] | null = null
  private trailers: string[] | null = null
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(
    readonly id: number,
    readonly requestHead: RequestHead,
    protected readonly host: StreamHost,
  ) {
    this.sendWindow = host.sender.initialWindow
    const { timeoutMs } = requestHead
    this.deadline = timeoutMs < 0 ? 0 : Date.now() + timeoutMs
    if (timeoutMs >= 0) this.timer = setTimeout(() => this.expire(), timerMs(timeoutMs))
  }

  /** A whole message, plain. */
  abstract take(bytes: Uint8Array): void
  /** No more messages come. */
  protected abstract inputEnded(): void
  /** Who keeps large messages; null: the method does not take them as loans. */
  protected abstract keeper(): Loans | null
  /** Takes no more messages; what has come is answered. */
  abstract drain(): void

  // The call.

  metadata(key: string): string | undefined {
    const { names, values } = this.requestHead
    const index = names.indexOf(key)
    if (index < 0) return undefined
    return key.endsWith('-bin') ? firstBinary(values[index]!) : values[index]
  }

  get peer(): string {
    return this.host.peer
  }

  get cancelled(): boolean {
    return this.gone
  }

  onCancel(listener: () => void): void {
    if (this.gone) listener()
    else if (this.over) return
    else if (this.listeners === null) this.listeners = [listener]
    else this.listeners.push(listener)
  }

  setTrailer(key: string, value: string): void {
    this.trailers ??= []
    this.trailers.push(key, value)
  }

  // What the connection tells.

  /** A part of a DATA frame. */
  data(bytes: Buffer, from: number, to: number): void {
    if (this.over) return
    if (this.reader === null) {
      const length = to - from - 5
      // The common call: one message, in one piece.
      if (length >= 0 && bytes[from] === 0 && bytes.readUInt32BE(from + 1) === length) {
        const { mostBytes } = this
        if (mostBytes < 0 || length <= mostBytes) {
          this.arrived(bytes.subarray(from + 5, to), false)
          return
        }
      }
      this.reader = new MessageReader(this)
    }
    this.reader.push(bytes, from, to)
  }

  /** The peer has sent everything. */
  remoteEnd(): void {
    this.remoteEnded = true
    if (this.over) return
    if (this.reader?.within) this.fail(new XserveError('BAD_REQUEST', 'the stream ends within a message'))
    else if (this.inbox === null || this.inbox.open) this.inputEnded()
  }

  /** The peer has reset the stream, or the connection is gone. */
  lost(): void {
    this.host.sender.forget(this)
    if (this.over) return
    // First of all, so that no listener answers any more.
    this.over = true
    this.cancel()
    this.stop()
  }

  /** The server cannot wait any longer. */
  abort(): void {
    if (this.over) return
    this.cancel()
    this.fail(draining())
  }

  /** The peer may send more: nothing that it sent waits here. */
  get takes(): boolean {
    return this.inbox === null || this.inbox.open
  }

  // The sender.

  sent(): void {
    this.host.finished(this)
  }

  drained(): void {}

  // The reader of messages.

  get mostBytes(): number {
    return this.host.front.maxMessageBytes
  }

  /** Where a worker reads it, too. */
  room(bytes: number): Buffer {
    const keeper = bytes > LEAST ? this.keeper() : null
    const loan = keeper === null ? null : ownStore.reserve(bytes)
    return loan === null ? Buffer.allocUnsafeSlow(bytes) : asBuffer(keeper!.keep(loan))
  }

  arrived(bytes: Uint8Array, compressed: boolean): void {
    if (this.over) return
    if (!compressed && (this.inbox === null || this.inbox.open)) this.take(bytes)
    else {
      this.inbox ??= new Inbox(this)
      this.inbox.push(bytes, compressed)
    }
  }

  tooLarge(_length: number): void {
    this.fail(tooLarge(this.mostBytes))
  }

  badFlag(flag: number): void {
    this.fail(
      new XserveError('BAD_REQUEST', `a message begins with ${flag}, which is neither 0 (plain) nor 1 (packed)`),
    )
  }

  // The inbox.

  get packing(): Packing {
    return this.requestHead.packing
  }

  held(bytes: number): void {
    this.host.held(bytes)
  }

  emptied(): void {
    if (this.over) return
    if (this.remoteEnded) this.inputEnded()
    else this.host.credit(this)
  }

  // The end.

  /** Ends with the status of the error. */
  fail(error: unknown): void {
    if (this.over) return
    this.stop()
    const { code, details } = toCallStatus(error, this.gone ? undefined : this.host.front.report)
    this.finish({ code, details, trailers: this.trailers })
  }

  protected succeed(): void {
    this.stop()
    this.finish(this.trailers === null ? OK : { code: 0, details: '', trailers: this.trailers })
  }

  private finish(ending: Ending): void {
    this.answeredAt = this.host.front.clock.seconds
    this.host.sender.end(this, ending)
  }

  /** Nothing of the call's own goes on from here. */
  protected stop(): void {
    this.over = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.reader?.stop()
    this.inbox?.close()
    this.listeners = null
  }

  private cancel(): void {
    this.gone = true
    const { listeners } = this
    this.listeners = null
    if (listeners !== null) for (const listener of listeners) listener()
  }

  private expire(): void {
    this.timer = null
    if (this.over) return
    this.cancel()
    this.fail(new XserveError('DEADLINE', 'the deadline of the call has passed'))
  }
}

/** The first of several values, in base64 as we write it: with its padding. */
function firstBinary(value: string): string {
  const comma = value.indexOf(',')
  const first = comma < 0 ? value : value.slice(0, comma)
  return Buffer.from(first, 'base64').toString('base64')
}
