/** What waits to be sent of one stream: messages with their heads, given out in pieces of any size. */
import type { Written } from '../request-loans.ts'

/** Before each message: one byte that says whether it is compressed, four of its length. */
export const MESSAGE_HEAD = 5

export class Backlog {
  bytes = 0
  private readonly pieces: Uint8Array[] = []
  /** Who is told when a piece is written: of the last one of a message. */
  private readonly ends: (Written | null)[] = []
  private first = 0
  private offset = 0

  /** The message is not copied: it must stay as it is until `done` is told. */
  message(pieces: readonly Uint8Array[], done: Written | null = null): void {
    const head = Buffer.allocUnsafe(MESSAGE_HEAD)
    let length = 0
    for (const piece of pieces) length += piece.length
    head[0] = 0
    head.writeUInt32BE(length, 1)
    this.raw(head)
    for (const piece of pieces) if (piece.length > 0) this.raw(piece)
    this.ends[this.ends.length - 1] = done
  }

  raw(bytes: Uint8Array): void {
    this.pieces.push(bytes)
    this.ends.push(null)
    this.bytes += bytes.length
  }

  /** Moves the next `count` bytes to `out` at `at`. */
  take(out: Buffer, at: number, count: number): void {
    let end = at
    let left = count
    while (left > 0) {
      const piece = this.pieces[this.first]!
      const size = Math.min(left, piece.length - this.offset)
      out.set(size === piece.length ? piece : piece.subarray(this.offset, this.offset + size), end)
      end += size
      left -= size
      this.offset += size
      if (this.offset < piece.length) continue
      this.ends[this.first]?.written()
      this.first++
      this.offset = 0
    }
    this.bytes -= count
    if (this.first === this.pieces.length || this.first >= 256) {
      this.pieces.splice(0, this.first)
      this.ends.splice(0, this.first)
      this.first = 0
    }
  }

  /** Nobody wants what waits. */
  drop(): void {
    for (let i = this.first; i < this.ends.length; i++) this.ends[i]?.written()
    this.ends.length = 0
  }
}
