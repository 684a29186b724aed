/**
 * The way out of a connection: small pieces are put together in one buffer that all connections share by turns and written
 * once; what the socket does not take waits here until it does.
 */
import { latin1Write, utf8Write } from '../../../protobuf/buffer-writes.ts'

/** As far as an outbox knows a socket. */
export interface ByteSocket {
  /** Says how many bytes were taken; negative if it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
}

const SHARED_BYTES = 64 * 1024
/** Larger pieces are written from where they are. */
const LARGE = 16 * 1024

/** Where small pieces meet; of one connection at a time. One per front. */
export interface SharedBuffer {
  readonly bytes: Buffer
  used: number
  owner: Outbox | null
}

export function createSharedBuffer(): SharedBuffer {
  return { bytes: Buffer.allocUnsafeSlow(SHARED_BYTES), used: 0, owner: null }
}

/** Hot-path object: one per connection. */
export class Outbox {
  /** Bytes that the socket has not taken yet, beside those in the shared buffer. */
  queued = 0
  /** While set, the owner of the connection flushes by itself at the end of what it does. */
  corked = false
  /** Called when nothing waits any more, after something did. */
  onEmpty: (() => void) | null = null

  private readonly waiting: Uint8Array[] = []
  private first = 0
  private offset = 0
  private scheduled = false
  private closed = false

  constructor(
    private readonly socket: ByteSocket,
    private readonly shared: SharedBuffer,
  ) {}

  /** Characters up to 255, a byte each. */
  latin1(text: string): void {
    if (text.length > LARGE) {
      this.bytes(Buffer.from(text, 'latin1'))
      return
    }
    const { shared } = this
    this.reserve(text.length)
    shared.used += latin1Write.call(shared.bytes, text, shared.used)
  }

  /** `length` is what the text takes as UTF-8. */
  utf8(text: string, length: number): void {
    if (length > LARGE) {
      this.bytes(Buffer.from(text))
      return
    }
    const { shared } = this
    this.reserve(length)
    shared.used += utf8Write.call(shared.bytes, text, shared.used)
  }

  /** Large pieces are not copied: they must stay as they are until they have been sent. Says whether it was copied. */
  bytes(piece: Uint8Array): boolean {
    const { length } = piece
    if (length > LARGE) {
      this.flush()
      this.send(piece, 0, length, false)
      return false
    }
    const { shared } = this
    this.reserve(length)
    shared.bytes.set(piece, shared.used)
    shared.used += length
    return true
  }

  flush(): void {
    const { shared } = this
    if (shared.owner !== this) return
    const { used } = shared
    shared.owner = null
    shared.used = 0
    if (used > 0) this.send(shared.bytes, 0, used, true)
  }

  /** The socket takes bytes again. */
  drained(): void {
    if (this.queued === 0) return
    while (this.first < this.waiting.length) {
      const piece = this.waiting[this.first]!
      const left = piece.length - this.offset
      const taken = this.socket.write(piece, this.offset, left)
      if (taken < 0) {
        this.close()
        return
      }
      this.queued -= taken
      this.offset += taken
      if (taken < left) return
      this.first++
      this.offset = 0
    }
    this.waiting.length = 0
    this.first = 0
    this.onEmpty?.()
  }

  /** Forgets what waits, sends nothing more. */
  close(): void {
    this.closed = true
    this.queued = 0
    this.waiting.length = 0
    this.first = 0
    if (this.shared.owner === this) {
      this.shared.owner = null
      this.shared.used = 0
    }
  }

  private reserve(length: number): void {
    const { shared } = this
    if (shared.owner !== this) {
      shared.owner?.flush()
      shared.owner = this
      if (!(this.corked || this.scheduled)) this.schedule()
    } else if (shared.used + length > SHARED_BYTES) {
      this.flush()
      shared.owner = this
    }
  }

  private schedule(): void {
    this.scheduled = true
    queueMicrotask(() => {
      this.scheduled = false
      this.flush()
    })
  }

  private send(bytes: Uint8Array, from: number, length: number, copied: boolean): void {
    if (this.closed) return
    const taken = this.queued > 0 ? 0 : this.socket.write(bytes, from, length)
    if (taken < 0) {
      this.close()
      return
    }
    if (taken === length) return
    const rest = bytes.subarray(from + taken, from + length)
    this.waiting.push(copied ? new Uint8Array(rest) : rest)
    this.queued += rest.length
  }
}
