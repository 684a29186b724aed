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
/** What a connection begins with: of a thousand that answer within one tick, each needs a block until its end. */
const SMALL_BYTES = 4 * 1024
/** Blocks kept for the next tick. */
const MOST_SPARE = 32
const MOST_SMALL = 512

/** Blocks, and the connections that have something to write at the end of the tick. One per front. */
export class BlockPool {
  private readonly spare: Buffer[] = []
  private readonly small: Buffer[] = []
  private waiting: Outbox[] = []
  private scheduled = false

  /** A block of at least `size` bytes. */
  take(size: number): Buffer {
    if (size <= SMALL_BYTES) return this.small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES)
    if (size > BLOCK_BYTES) return Buffer.allocUnsafeSlow(size)
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  give(block: Buffer): void {
    if (block.length === SMALL_BYTES && this.small.length < MOST_SMALL) this.small.push(block)
    else if (block.length === BLOCK_BYTES && this.spare.length < MOST_SPARE) this.spare.push(block)
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
    if (this.block !== null && this.end - this.start + size > BLOCK_BYTES && !this.blocked) this.write()
    const { block } = this
    const used = this.end - this.start
    let next = block
    if (block === null) next = this.pool.take(size)
    else if (used + size <= block.length) block.copyWithin(0, this.start, this.end)
    else {
      next = this.pool.take(Math.max(used + size, block.length * 2))
      block.copy(next, 0, this.start, this.end)
      this.pool.give(block)
    }
    this.block = next
    this.start = 0
    this.end = used
    return next!
  }

  /** For what nobody will read. */
  private scratch(size: number): Buffer {
    this.end = 0
    const block = this.pool.take(size)
    this.pool.give(block)
    return block
  }
}
