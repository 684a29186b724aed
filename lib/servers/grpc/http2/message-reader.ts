/** Messages out of the DATA of a stream, however it is cut (gRPC over HTTP/2, "Length-Prefixed-Message"). */
import { MESSAGE_HEAD } from './backlog.ts'

/** Who gets the messages. */
export interface MessageTarget {
  /** Bytes that a message may have, compressed; -1: any number. */
  readonly mostBytes: number
  /** Memory for a message that comes in pieces, of so many bytes, and not compressed. */
  room(bytes: number): Buffer
  /** A view of what was read, or memory of its own if it came in pieces. */
  arrived(bytes: Uint8Array, compressed: boolean): void
  /** Announced with more than `mostBytes`; nothing of the stream is worth reading any more. */
  tooLarge(length: number): void
  /** The first byte of a message says something that it must not. */
  badFlag(flag: number): void
}

/** A length that is only announced is not believed further than this. */
const BELIEVED = 4 * 1024 * 1024

/** Made for a stream whose DATA is not simply one whole message. */
export class MessageReader {
  /** Bytes of messages so far, for the look whether a message makes progress. */
  progress = 0
  private head: Buffer | null = null
  private headFilled = 0
  private body: Buffer | null = null
  private filled = 0
  private length = 0
  private compressed = false
  private over = false

  constructor(private readonly target: MessageTarget) {}

  /** A message has begun and is not complete. */
  get within(): boolean {
    return !this.over && (this.headFilled > 0 || this.body !== null)
  }

  push(bytes: Buffer, from: number, to: number): void {
    this.progress += to - from
    let at = from
    while (at < to && !this.over) {
      if (this.body !== null) at = this.fill(this.body, bytes, at, to)
      else if (this.headFilled > 0 || to - at < MESSAGE_HEAD) at = this.fillHead(bytes, at, to)
      else {
        this.begin(bytes, at)
        at += MESSAGE_HEAD
        if (this.over) return
        if (this.length > to - at) this.reserve()
        else {
          this.target.arrived(bytes.subarray(at, at + this.length), this.compressed)
          at += this.length
        }
      }
    }
  }

  /** Nothing more is wanted. */
  stop(): void {
    this.over = true
    this.body = null
  }

  private begin(bytes: Buffer, at: number): void {
    const flag = bytes[at]!
    this.length = bytes.readUInt32BE(at + 1)
    this.compressed = flag === 1
    const { mostBytes } = this.target
    if (flag > 1) {
      this.over = true
      this.target.badFlag(flag)
    } else if (mostBytes >= 0 && this.length > mostBytes) {
      this.over = true
      this.target.tooLarge(this.length)
    }
  }

  private reserve(): void {
    const isPlain = !this.compressed && this.length <= BELIEVED
    this.body = isPlain ? this.target.room(this.length) : Buffer.allocUnsafeSlow(Math.min(this.length, BELIEVED))
    this.filled = 0
  }

  private fillHead(bytes: Buffer, from: number, to: number): number {
    this.head ??= Buffer.allocUnsafeSlow(MESSAGE_HEAD)
    const count = Math.min(MESSAGE_HEAD - this.headFilled, to - from)
    bytes.copy(this.head, this.headFilled, from, from + count)
    this.headFilled += count
    if (this.headFilled < MESSAGE_HEAD) return to
    this.headFilled = 0
    this.begin(this.head, 0)
    if (this.over) return to
    if (this.length > 0) this.reserve()
    else this.target.arrived(bytes.subarray(from, from), this.compressed)
    return from + count
  }

  private fill(body: Buffer, bytes: Buffer, from: number, to: number): number {
    const count = Math.min(this.length - this.filled, to - from)
    let target = body
    if (this.filled + count > target.length) {
      target = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(target.length * 2, this.filled + count)))
      body.copy(target, 0, 0, this.filled)
      this.body = target
    }
    bytes.copy(target, this.filled, from, from + count)
    this.filled += count
    if (this.filled === this.length) {
      this.body = null
      this.target.arrived(target, this.compressed)
    }
    return from + count
  }
}
