/** The loans of one request: they end with it at the latest. */
import type { CallContext } from '../../wire/call.ts'
import { LEAST, type LentMemory, type Loan, loanOf, ownBytes } from './loan.ts'
import type { Store } from './store.ts'

/** One for each call on the data path: what it holds is made when it is needed. */
export class Loans {
  private kept: Loan[] | null = null
  /** What the request came with, or was made on its way, and the same where it can be lent. */
  private copies: Map<Uint8Array, Loan> | null = null
  private over = false

  /** `store`: where bytes are copied that are to be lent; null: they are not. */
  constructor(private readonly store: Store | null) {}

  /** Takes over a loan of one holder; the bytes are there until `release` or `end`. */
  keep(loan: Loan): Uint8Array {
    if (!this.over) {
      this.kept ??= []
      this.kept.push(loan)
      return loan.bytes
    }
    const copy = Buffer.from(loan.bytes)
    loan.release()
    return copy
  }

  /** Keeps what others keep as well. */
  holdAll({ kept }: Loans): void {
    if (kept === null) return
    for (const loan of kept) {
      loan.hold()
      this.keep(loan)
    }
  }

  /** The same bytes where a reader who `sees` the memory needs no copy; themselves, where that cannot be. Copied once for all readers. */
  lendable(bytes: Uint8Array, sees: (memory: LentMemory) => boolean): Uint8Array {
    if (bytes.length <= LEAST || this.store === null || this.over || loanOf(bytes) !== null) return bytes
    let loan = this.copies?.get(bytes)
    if (loan === undefined) {
      const placed = this.store.place([bytes], bytes.length, sees)
      if (placed === null) return bytes
      loan = placed
      this.copies ??= new Map()
      this.copies.set(bytes, loan)
    }
    return loan.bytes
  }

  /** Nobody on the way needs these bytes any more; without effect for what is not lent. */
  release(bytes: Uint8Array): void {
    if (bytes.length <= LEAST) return
    const copy = this.copies?.get(bytes)
    if (copy === undefined) this.take(bytes)?.release()
    else {
      this.copies!.delete(bytes)
      copy.release()
    }
  }

  /** The bytes as they stay when these loans are over: kept by `heir`, else as a copy. */
  handOver(bytes: Uint8Array, heir: Loans | null): Uint8Array {
    if (heir === null) return ownBytes(bytes)
    const loan = this.take(bytes)
    if (loan === null || !heir.over) {
      if (loan !== null) heir.keep(loan)
      return bytes
    }
    const copy = ownBytes(bytes)
    loan.release()
    return copy
  }

  /** Everything goes back; what comes later is copied. */
  end(): void {
    this.over = true
    if (this.kept !== null) for (const loan of this.kept) loan.release()
    if (this.copies !== null) for (const loan of this.copies.values()) loan.release()
    this.kept = null
    this.copies = null
  }

  /** The loan that the bytes are part of, no longer kept here. */
  private take(bytes: Uint8Array): Loan | null {
    const { kept } = this
    const loan = kept === null ? null : loanOf(bytes)
    const at = loan === null ? -1 : kept!.indexOf(loan)
    if (at < 0) return null
    kept!.splice(at, 1)
    return loan
  }
}

/** null: nothing is lent for this call. */
export const loansOf = ({ loans }: CallContext): Loans | null => (loans instanceof Loans ? loans : null)
