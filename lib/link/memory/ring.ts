/** The sender's half of shared memory: written round and round, and free again in the order in which it was written. */

export class Ring {
  /** Where the next byte goes. */
  at = 0
  private used = 0

  constructor(readonly bytes: Uint8Array) {}

  /** Bytes that can be written in one piece from `at`. */
  get room(): number {
    return Math.min(this.bytes.length - this.used, this.bytes.length - this.at)
  }

  /** So many bytes have been written at `at`. */
  advance(size: number): void {
    this.used += size
    this.at += size
    if (this.at === this.bytes.length) this.at = 0
  }

  /** The reader has done with so many; false: it never had them. */
  free(size: number): boolean {
    if (size > this.used) return false
    this.used -= size
    return true
  }
}
