/**
 * The sending half of a connection: frames of answers within the windows that the peer grants (RFC 9113 §5.2, §6.9). What
 * does not fit waits at its stream; streams take turns of one frame each, so that a large answer holds up no small one and
 * a caller that does not read one stream holds up none of its others.
 */
import type { GrpcMessage } from '../method.ts'
import type { Written } from '../request-loans.ts'
import { AnswerFields, fieldRoom, PLAIN_BLOCK } from './answer-fields.ts'
import { Backlog, MESSAGE_HEAD } from './backlog.ts'
import { HIGH_WATER, LOW_WATER } from './limits.ts'
import type { Outbox } from './outbox.ts'
import {
  Code,
  ConnectionFault,
  DATA,
  DEFAULT_FRAME,
  DEFAULT_WINDOW,
  END_HEADERS,
  END_STREAM,
  FRAME_HEAD,
  HEADERS,
  LARGEST_WINDOW,
} from './protocol.ts'
import { percentEncode } from './status-text.ts'

/** How an answer ends. */
export interface Ending {
  /** grpc-status; -1: no gRPC, the last DATA frame is the end. */
  readonly code: number
  /** grpc-message; ''. */
  readonly details: string
  /** Names and values by turns. */
  readonly trailers: readonly string[] | null
}

/** The sending side of a stream; its fields are the sender's. */
export interface Outgoing {
  readonly id: number
  sendWindow: number
  headSent: boolean
  backlog: Backlog | null
  ending: Ending | null
  /** Has its turn coming. */
  queued: boolean
  /** Its writer was told to wait. */
  full: boolean
  /** The end has been written. */
  sent(): void
  /** There is room for more. */
  drained(): void
}

/** Longest DATA frame, even where the peer would take more: the turns of other streams come after it. */
const LONGEST_FRAME = 64 * 1024
/** Bytes written in one go before everything else in the process has its turn. */
const BURST = 1024 * 1024

/** Hot-path object: one per connection. */
export class Sender {
  /** What the peer takes on the connection. */
  window = DEFAULT_WINDOW
  /** Bytes of answers that wait at their streams. */
  waiting = 0
  /** What it takes on a new stream. */
  initialWindow = DEFAULT_WINDOW
  readonly fields = new AnswerFields()
  private frameBytes = DEFAULT_FRAME
  private turns: Outgoing[] = []
  private next = 0
  private pumping = false

  constructor(readonly out: Outbox) {}

  limitFrames(bytes: number): void {
    this.frameBytes = Math.min(bytes, LONGEST_FRAME)
  }

  /** Says by `false` that the stream has enough waiting. Bytes that wait must stay as they are. */
  message(stream: Outgoing, message: GrpcMessage, done: Written | null = null): boolean {
    const bytes = message instanceof Uint8Array ? message : message.length === 1 ? message[0]! : null
    if (bytes === null) return this.wait(stream, message as readonly Uint8Array[], done)
    const { length } = bytes
    const size = length + MESSAGE_HEAD
    const free = stream.backlog === null && this.next === this.turns.length && !this.out.blocked
    if (free && size <= stream.sendWindow && size <= this.window && size <= this.frameBytes) {
      this.head(stream)
      const out = this.data(stream, size, 0)
      let at = this.out.end
      out[at++] = 0
      out.writeUInt32BE(length, at)
      out.set(bytes, at + 4)
      at += 4 + length
      this.out.end = at
      done?.written()
      return true
    }
    return this.wait(stream, [bytes], done)
  }

  private wait(stream: Outgoing, pieces: readonly Uint8Array[], done: Written | null): boolean {
    stream.backlog ??= new Backlog()
    const before = stream.backlog.bytes
    stream.backlog.message(pieces, done)
    this.waiting += stream.backlog.bytes - before
    this.queue(stream)
    if (stream.backlog === null || stream.backlog.bytes < HIGH_WATER) return true
    stream.full = true
    return false
  }

  /** The end follows whatever waits. */
  end(stream: Outgoing, ending: Ending): void {
    if (stream.backlog === null && !this.out.blocked) {
      this.trailers(stream, ending)
      return
    }
    stream.ending = ending
    this.queue(stream)
  }

  /** An answer that is no gRPC: a status and a text. */
  http(stream: Outgoing, status: number, text: string): void {
    const out = this.out.reserve(FRAME_HEAD + 2 * PLAIN_BLOCK)
    const start = this.out.end + FRAME_HEAD
    let end = this.fields.httpStatus(out, start, status)
    end = this.fields.field(out, end, 'content-type', 'text/plain; charset=utf-8')
    this.out.end = writeFrameHead(out, this.out.end, end - start, HEADERS, END_HEADERS, stream.id) + end - start
    stream.headSent = true
    stream.backlog = new Backlog()
    stream.backlog.raw(Buffer.from(text))
    this.waiting += stream.backlog.bytes
    this.end(stream, { code: -1, details: '', trailers: null })
  }

  /** Nobody wants the rest of the stream. */
  forget(stream: Outgoing): void {
    this.waiting -= stream.backlog?.bytes ?? 0
    stream.backlog?.drop()
    stream.backlog = null
    stream.ending = null
  }

  /** The peer takes more on the connection. */
  widen(increment: number): void {
    this.window += increment
    if (this.window > LARGEST_WINDOW) throw overflow('the connection')
    this.pump()
  }

  /** The window of the stream has changed. */
  widened(stream: Outgoing): void {
    if (stream.sendWindow > 0 && !stream.queued && (stream.backlog !== null || stream.ending !== null)) {
      this.queue(stream)
    }
  }

  /** Sends what may be sent. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    let left = BURST
    while (this.next < this.turns.length && !this.out.blocked && !this.out.closed) {
      if (left <= 0) {
        setImmediate(() => this.pump())
        break
      }
      const stream = this.turns[this.next]!
      const size = this.turn(stream)
      if (size < 0) break
      left -= size
      this.next++
      stream.queued = false
      if (stream.backlog !== null && stream.sendWindow > 0) this.await(stream)
    }
    this.pumping = false
    if (this.next === this.turns.length && this.next > 0) {
      this.turns = []
      this.next = 0
    }
  }

  private queue(stream: Outgoing): void {
    if (!stream.queued) this.await(stream)
    if (!this.out.blocked) this.pump()
  }

  private await(stream: Outgoing): void {
    stream.queued = true
    if (this.next > 1024) {
      this.turns.splice(0, this.next)
      this.next = 0
    }
    this.turns.push(stream)
  }

  /** The next frame of a stream; says how many bytes of a window it took, -1 if the connection has none. */
  private turn(stream: Outgoing): number {
    const { backlog, ending } = stream
    if (backlog === null) {
      // Its stream may be gone by now.
      if (ending !== null) this.trailers(stream, ending)
      return 0
    }
    const size = Math.min(backlog.bytes, this.frameBytes, this.window, stream.sendWindow)
    // Without a window of its own it waits for one beside the line; without one of the connection all do.
    if (size <= 0) return stream.sendWindow <= 0 ? 0 : -1
    this.head(stream)
    const last = backlog.bytes === size
    const bare = last && ending !== null && ending.code < 0
    const out = this.data(stream, size, bare ? END_STREAM : 0)
    backlog.take(out, this.out.end, size)
    this.waiting -= size
    this.out.end += size
    if (last) stream.backlog = null
    if (bare) stream.sent()
    else if (last && ending !== null) this.trailers(stream, ending)
    else if (stream.full && backlog.bytes <= LOW_WATER) {
      stream.full = false
      stream.drained()
    }
    return size
  }

  /** The head of a DATA frame, with room for its payload. */
  private data(stream: Outgoing, size: number, flags: number): Buffer {
    const out = this.out.reserve(FRAME_HEAD + size)
    this.out.end = writeFrameHead(out, this.out.end, size, DATA, flags, stream.id)
    this.window -= size
    stream.sendWindow -= size
    return out
  }

  private head(stream: Outgoing): void {
    if (stream.headSent) return
    stream.headSent = true
    const out = this.out.reserve(FRAME_HEAD + PLAIN_BLOCK)
    const start = this.out.end + FRAME_HEAD
    const end = this.fields.head(out, start)
    writeFrameHead(out, this.out.end, end - start, HEADERS, END_HEADERS, stream.id)
    this.out.end = end
  }

  /** Head and trailers are one block when nothing was sent before. */
  private trailers(stream: Outgoing, ending: Ending): void {
    const { code, trailers } = ending
    const details = code === 0 ? '' : percentEncode(ending.details)
    let room = FRAME_HEAD + 2 * PLAIN_BLOCK + fieldRoom('grpc-message', details)
    if (trailers !== null)
      for (let i = 0; i < trailers.length; i += 2) room += fieldRoom(trailers[i]!, trailers[i + 1]!)
    const out = this.out.reserve(room)
    const { fields } = this
    const start = this.out.end + FRAME_HEAD
    let end = start
    if (!stream.headSent) end = fields.head(out, end)
    stream.headSent = true
    if (code === 0) end = fields.ok(out, end)
    else {
      end = fields.field(out, end, 'grpc-status', String(code))
      end = fields.field(out, end, 'grpc-message', details)
    }
    if (trailers !== null) {
      for (let i = 0; i < trailers.length; i += 2) end = fields.field(out, end, trailers[i]!, trailers[i + 1]!)
    }
    writeFrameHead(out, this.out.end, end - start, HEADERS, END_HEADERS | END_STREAM, stream.id)
    this.out.end = end
    stream.ending = null
    stream.sent()
  }
}

/** §4.1; returns where the payload begins. */
export function writeFrameHead(
  out: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  out[at] = length >>> 16
  out[at + 1] = length >>> 8
  out[at + 2] = length
  out[at + 3] = type
  out[at + 4] = flags
  out[at + 5] = stream >>> 24
  out[at + 6] = stream >>> 16
  out[at + 7] = stream >>> 8
  out[at + 8] = stream
  return at + FRAME_HEAD
}

export function overflow(what: string): ConnectionFault {
  return new ConnectionFault(Code.flowControlError, `the window of ${what} is beyond 2^31-1 bytes`)
}
