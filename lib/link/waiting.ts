/** A message that waits for its turns to be sent, and how far it has come. What it has on loan stays until it is done. */
import type { Kind } from './frame.ts'
import { type Loan, loanOf } from './memory/loan.ts'

export class Waiting {
  /** Bytes that have not been taken. */
  left: number
  // The next of them.
  private part = -1
  private offset = 0
  /** Of each part; null: nothing of the message is lent. */
  private loans: (Loan | null)[] | null = null

  constructor(
    readonly kind: Kind,
    private readonly parts: readonly Uint8Array[],
    readonly length: number,
  ) {
    this.left = length
    this.goOn()
    for (let i = 0; i < parts.length; i++) {
      const loan = loanOf(parts[i]!)
      if (loan === null) continue
      loan.hold()
      this.loans ??= new Array<Loan | null>(parts.length).fill(null)
      this.loans[i] = loan
    }
  }

  /** The loan of which the next bytes are a part, when it goes on with that part as a whole; null: they must be copied. */
  get loan(): Loan | null {
    return this.loans === null || this.offset > 0 ? null : this.loans[this.part]!
  }

  /** The next part, all of it. */
  get next(): Uint8Array {
    return this.parts[this.part]!
  }

  /** Bytes from here that come before the next part on loan, or all that are left. */
  get ahead(): number {
    if (this.loans === null) return this.left
    let count = this.parts[this.part]!.length - this.offset
    for (let i = this.part + 1; i < this.parts.length && this.loans[i] === null; i++) count += this.parts[i]!.length
    return count
  }

  /** Copies the next `size` bytes to where they go. */
  take(target: Uint8Array, at: number, size: number): void {
    const end = at + size
    for (let to = at; to < end; ) {
      const part = this.parts[this.part]!
      const count = Math.min(end - to, part.length - this.offset)
      target.set(count === part.length ? part : part.subarray(this.offset, this.offset + count), to)
      to += count
      this.offset += count
      if (this.offset === part.length) this.goOn()
    }
    this.took(size)
  }

  /** The other end has the next part as a loan. */
  pass(): void {
    const { length } = this.next
    this.goOn()
    this.took(length)
  }

  /** It is not sent any further. */
  drop(): void {
    for (const loan of this.loans ?? []) loan?.release()
    this.loans = null
  }

  /** To the next part that has any bytes. */
  private goOn(): void {
    do this.part++
    while (this.part < this.parts.length && this.parts[this.part]!.length === 0)
    this.offset = 0
  }

  private took(size: number): void {
    this.left -= size
    if (this.left === 0) this.drop()
  }
}
