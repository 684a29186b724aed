/** Loans of one request over gRPC: until nobody reads its message any more, and its answer is written. */
import { Loans } from '../../link/memory/loans.ts'

/** Who is told, once, that a message has been written, or that nobody wants it any more. */
export interface Written {
  written(): void
}

export class RequestLoans extends Loans implements Written {
  private isRunning = false
  private isWritten = false

  constructor() {
    // A request is received where it can be lent, or not at all.
    super(null)
  }

  /** Somebody works on the request. */
  begin(): void {
    this.isRunning = true
  }

  settled(): void {
    this.isRunning = false
    if (this.isWritten) this.end()
  }

  written(): void {
    this.isWritten = true
    if (!this.isRunning) this.end()
  }
}
