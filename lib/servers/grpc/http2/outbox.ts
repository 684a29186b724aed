/**
 * The way out of a connection. Frames are put together in a block borrowed for the tick and written at once; a block that the
 * socket does not take whole stays until it does, and only frames that cannot wait are added then.
 */

/** As far as an outbox knows a socket. */
export interface ByteSocket {
  /** Says how many bytes were taken; negative if it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
}

/** 1 MB answers went 1.3 times as fast as with 64 KiB; more brought nothing. */
export const BLOCK_BYTES = 128 * 1024
/** Blocks kept for the next tick; each connection that writes within a tick needs one. */
const MOST_SPARE = 32

/** Blocks, and the connections that have something to write at the end of the tick. One per front. */
export class BlockPool {
  private readonly spare: Buffer[] = []
  private waiting: Outbox[] = []
  private scheduled = false

  take(): Buffer {
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  give(block: Buffer): void {
    if (block.length === BLOCK_BYTES && this.spare.length < MOST_SPARE) this.spare.push(block)
  }

  /** Answers of many calls come in one tick: each connection writes once, when all have come. */
  flushLater(outbox: Outbox): void {
    this.waiting.push(outbox)
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(this.flushAll)
  }

  private readonly flushAll = (): void => {
    this.scheduled = false
    const { waiting } = this
    this.waiting = []
    for (let i = 0; i < waiting.length; i++) waiting[i]!.flush()
  }
}

/** Hot-path object: one per connection. */
export class Outbox {
  /** Where the next byte goes in the block that `reserve` gave; moved by who writes there. */
  end = 0
  /** The socket takes nothing now. */
  blocked = false
  /** While set, the owner flushes by itself at the end of what it does. */
  corked = false
  closed = false
  /** Called when all has been written. */
  onEmpty: (() => void) | null = null

  private block: Buffer | null = null
  private start = 0
  private awaited = false

  constructor(
    private readonly socket: ByteSocket,
    private readonly pool: BlockPool,
  ) {}

  /** Bytes that wait. */
  get waiting(): number {
    return this.end - this.start
  }

  /** A block with room for `size` bytes at `end`. */
  reserve(size: number): Buffer {
    let { block } = this
    if (block === null || this.end + size > block.length) block = this.makeRoom(size)
    if (!this.corked && !this.awaited && !this.blocked) {
      this.awaited = true
      this.pool.flushLater(this)
    }
    return block
  }

  /** Writes what waits; once the socket is full, nothing before it tells that it has room again. */
  flush(): void {
    this.awaited = false
    if (!this.blocked) this.write()
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.blocked = false
    this.write()
  }

  /** Forgets what waits, writes nothing more. */
  close(): void {
    this.closed = true
    this.blocked = true
    this.release()
  }

  private write(): void {
    const { block } = this
    if (block === null) return
    const length = this.end - this.start
    const taken = length === 0 ? 0 : this.socket.write(block, this.start, length)
    if (taken < 0) {
      this.close()
      return
    }
    this.start += taken
    if (taken < length) {
      this.blocked = true
      return
    }
    this.release()
    this.onEmpty?.()
  }

  private release(): void {
    if (this.block !== null) this.pool.give(this.block)
    this.block = null
    this.start = 0
    this.end = 0
  }

  private makeRoom(size: number): Buffer {
    if (this.closed) return this.scratch(size)
    if (this.block !== null && !this.blocked) this.write()
    const used = this.end - this.start
    if (this.block === null) {
      this.block = size <= BLOCK_BYTES ? this.pool.take() : Buffer.allocUnsafeSlow(size)
    } else if (used + size <= this.block.length) {
      this.block.copyWithin(0, this.start, this.end)
    } else {
      const larger = Buffer.allocUnsafeSlow(Math.max(used + size, this.block.length * 2))
      this.block.copy(larger, 0, this.start, this.end)
      this.pool.give(this.block)
      this.block = larger
    }
    this.start = 0
    this.end = used
    return this.block
  }

  /** For what nobody will read. */
  private scratch(size: number): Buffer {
    this.end = 0
    if (size > BLOCK_BYTES) return Buffer.allocUnsafe(size)
    const block = this.pool.take()
    this.pool.give(block)
    return block
  }
}
