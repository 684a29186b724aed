/** Bytes on their way into a socket, in one piece. */

/** Room for the frames of one turn: about what the kernel's buffer of a socketpair takes (219 KB). */
const BATCH = 256 * 1024

export class Batch {
  bytes: Buffer = Buffer.allocUnsafeSlow(BATCH)
  view: DataView = new DataView(this.bytes.buffer)
  /** The next byte that the socket takes. */
  start = 0
  /** Where the next frame goes. */
  end = 0

  get length(): number {
    return this.end - this.start
  }

  /** Makes room for so many bytes behind `end`, which may move. */
  reserve(size: number): void {
    if (this.end + size <= this.bytes.length) return
    const used = this.end - this.start
    if (used + size > this.bytes.length) {
      this.resize(Math.max(this.bytes.length * 2, used + size))
      return
    }
    this.bytes.copyWithin(0, this.start, this.end)
    this.start = 0
    this.end = used
  }

  /** The socket has taken so many. */
  taken(count: number): void {
    this.start += count
    if (this.start < this.end) return
    this.start = 0
    this.end = 0
    if (this.bytes.length > 4 * BATCH) this.resize(BATCH)
  }

  clear(): void {
    this.start = 0
    this.end = 0
    this.bytes = Buffer.alloc(0)
  }

  private resize(size: number): void {
    const next = Buffer.allocUnsafeSlow(size)
    this.end = this.bytes.copy(next, 0, this.start, this.end)
    this.start = 0
    this.bytes = next
    this.view = new DataView(next.buffer)
  }
}
