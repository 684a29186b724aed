/** A message that waits for its turns to be sent, and how far it has come. */
import type { Kind } from './frame.ts'

export class Waiting {
  /** Bytes that have not been taken. */
  left: number
  // The next of them.
  private part = 0
  private offset = 0

  constructor(
    readonly kind: Kind,
    private readonly parts: readonly Uint8Array[],
    readonly length: number,
  ) {
    this.left = length
  }

  /** Copies the next `size` bytes to where they go. */
  take(target: Uint8Array, at: number, size: number): void {
    this.left -= size
    const end = at + size
    for (let to = at; to < end; ) {
      const part = this.parts[this.part]!
      const count = Math.min(end - to, part.length - this.offset)
      target.set(count === part.length ? part : part.subarray(this.offset, this.offset + count), to)
      to += count
      this.offset += count
      if (this.offset < part.length) continue
      this.part++
      this.offset = 0
    }
  }
}
