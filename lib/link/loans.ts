/** The loans of one request on its way through a graph: they end with it at the latest. */
import type { CallContext } from '../wire/call.ts'
import { LEAST, type LentMemory, type Loan, loanOf } from './loan.ts'
import { ownStore, type Store } from './store.ts'

export class Loans {
  private readonly kept: Loan[] = []
  /** What the request came with, or was made on its way, and the same where it can be lent. */
  private readonly copies = new Map<Uint8Array, Loan>()
  private over = false

  constructor(private readonly store: Store = ownStore) {}

  /** Takes over a loan of one holder; the bytes are there until `release` or `end`. */
  keep(loan: Loan): Uint8Array {
    if (!this.over) {
      this.kept.push(loan)
      return loan.bytes
    }
    const copy = Buffer.from(loan.bytes)
    loan.release()
    return copy
  }

  /** The same bytes where a reader who `sees` the memory needs no copy; themselves, where that cannot be. Copied once for all readers. */
  lendable(bytes: Uint8Array, sees: (memory: LentMemory) => boolean): Uint8Array {
    if (bytes.length <= LEAST || this.over || loanOf(bytes) !== null) return bytes
    let loan = this.copies.get(bytes)
    if (loan === undefined) {
      const placed = this.store.place([bytes], bytes.length, sees)
      if (placed === null) return bytes
      loan = placed
      this.copies.set(bytes, loan)
    }
    return loan.bytes
  }

  /** Nobody on the way needs these bytes any more; without effect for what is not lent. */
  release(bytes: Uint8Array): void {
    if (bytes.length <= LEAST) return
    const copy = this.copies.get(bytes)
    if (copy !== undefined) {
      this.copies.delete(bytes)
      copy.release()
      return
    }
    const loan = loanOf(bytes)
    const at = loan === null ? -1 : this.kept.indexOf(loan)
    if (at < 0) return
    this.kept.splice(at, 1)
    loan!.release()
  }

  /** Everything goes back; what comes later is copied. */
  end(): void {
    this.over = true
    for (const loan of this.kept.splice(0)) loan.release()
    for (const loan of this.copies.values()) loan.release()
    this.copies.clear()
  }
}

/** null: nothing is lent for this call. */
export const loansOf = ({ loans }: CallContext): Loans | null => (loans instanceof Loans ? loans : null)
