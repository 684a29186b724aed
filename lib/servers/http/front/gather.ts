/** Bytes that arrive in pieces, put together with as few copies as can be: none when all came at once. */

const SMALLEST = 1024
/** A length that is only announced is not believed further than this. */
const BELIEVED = 1024 * 1024

const NOTHING = new Uint8Array(0)

/** Hot-path object: one per body or message under way. */
export class Gather {
  length = 0
  private held: Uint8Array = NOTHING
  private owned = false

  /** `expected`: how many bytes are said to come; -1 when nobody knows. */
  constructor(private readonly expected = -1) {}

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const length = this.length + bytes.length
    if (this.length === 0) {
      this.held = bytes
    } else {
      if (!this.owned || length > this.held.length) this.grow(length)
      this.held.set(bytes, this.length)
    }
    this.length = length
  }

  /** All of it; a view of the piece itself if there was but one. */
  take(): Uint8Array {
    const bytes = this.held.length === this.length ? this.held : this.held.subarray(0, this.length)
    this.clear()
    return bytes
  }

  clear(): void {
    this.held = NOTHING
    this.owned = false
    this.length = 0
  }

  private grow(length: number): void {
    const doubled = Math.max(length * 2, SMALLEST)
    const capacity =
      this.expected < 0 ? doubled : Math.max(length, Math.min(this.expected, Math.max(doubled, BELIEVED)))
    const larger = new Uint8Array(capacity)
    larger.set(this.held.subarray(0, this.length))
    this.held = larger
    this.owned = true
  }
}
