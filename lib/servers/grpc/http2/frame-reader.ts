/**
 * Frames out of the bytes of a connection, however they are cut (RFC 9113 §4.1). DATA is handed on as it comes, since it may
 * be large; any other frame when it is whole.
 */
import { Code, ConnectionFault, DATA, DEFAULT_FRAME, END_STREAM, FRAME_HEAD, PADDED } from './protocol.ts'

export interface FrameTarget {
  /** `bytes` from `from` to `to` are its payload. */
  frame(type: number, flags: number, stream: number, bytes: Buffer, from: number, to: number): void
  /** A DATA frame begins; `length` counts its padding, too, `content` does not. Says whether its content is wanted. */
  dataBegin(stream: number, length: number, content: number, ends: boolean): boolean
  /** Content of the DATA frame that has begun. */
  data(bytes: Buffer, from: number, to: number): void
  /** The DATA frame is complete. */
  dataEnd(ends: boolean): void
}

const NOTHING = Buffer.alloc(0)

/** Hot-path object: one per connection. */
export class FrameReader {
  /** Frames other than DATA that were whole, and DATA frames that began. */
  count = 0
  /** Bytes of a frame that is not complete. */
  private held: Buffer = NOTHING
  /** Of the DATA frame under way: content and padding to come. */
  private dataLeft = 0
  private padLeft = 0
  private within = false
  private wanted = false
  private ends = false

  constructor(private readonly target: FrameTarget) {}

  /** A frame other than DATA has begun that is not complete. */
  get partial(): boolean {
    return this.held.length > 0
  }

  /** `bytes` must not change later. */
  read(chunk: Buffer): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk])
    this.held = NOTHING
    const end = bytes.length
    let at = 0
    while (at < end) {
      if (this.within) {
        at = this.readData(bytes, at)
        continue
      }
      if (end - at < FRAME_HEAD) break
      const length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
      if (length > DEFAULT_FRAME) {
        throw new ConnectionFault(Code.frameSizeError, `a frame of ${length} bytes, ${DEFAULT_FRAME} are allowed`)
      }
      const type = bytes[at + 3]!
      const flags = bytes[at + 4]!
      const stream = ((bytes[at + 5]! & 0x7f) << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!
      const from = at + FRAME_HEAD
      if (type === DATA) {
        const padded = (flags & PADDED) !== 0
        if (padded && length > 0 && from === end) break
        this.count++
        this.beginData(stream, length, flags, padded && length > 0 ? bytes[from]! : -1)
        at = padded ? from + 1 : from
        continue
      }
      if (end - from < length) break
      this.count++
      this.target.frame(type, flags, stream, bytes, from, from + length)
      at = from + length
    }
    // Memory of its own: a view would keep all that was read with it.
    if (at < end) this.held = Buffer.from(bytes.subarray(at))
  }

  /** §6.1. `padding`: -1 for none. */
  private beginData(stream: number, length: number, flags: number, padding: number): void {
    if ((flags & PADDED) !== 0 && padding < 0) {
      throw new ConnectionFault(Code.frameSizeError, 'DATA too short for its padding')
    }
    const content = padding < 0 ? length : length - 1 - padding
    if (content < 0) throw new ConnectionFault(Code.protocolError, 'DATA with more padding than payload')
    this.ends = (flags & END_STREAM) !== 0
    this.wanted = this.target.dataBegin(stream, length, content, this.ends)
    this.dataLeft = content
    this.padLeft = Math.max(padding, 0)
    if (content + this.padLeft === 0) this.endData()
    else this.within = true
  }

  private readData(bytes: Buffer, from: number): number {
    let at = from
    if (this.dataLeft > 0) {
      const to = Math.min(bytes.length, at + this.dataLeft)
      this.dataLeft -= to - at
      if (this.wanted) this.target.data(bytes, at, to)
      at = to
    }
    if (this.dataLeft === 0) {
      const skipped = Math.min(bytes.length - at, this.padLeft)
      this.padLeft -= skipped
      at += skipped
      if (this.padLeft === 0) this.endData()
    }
    return at
  }

  private endData(): void {
    this.within = false
    if (this.wanted) this.target.dataEnd(this.ends)
  }
}
