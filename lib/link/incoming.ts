/** A call that came in, and the window of its answer's stream. One object per call on the data path: a class, not a closure. */
import { XserveError } from '../errors.ts'
import { Kind, lengthOf, MAX_MESSAGE } from './frame.ts'
import type { IncomingCall } from './link.ts'

/** Items, and bytes of items, that may be on their way to a reader that has not asked for more. */
export const WINDOW_ITEMS = 16
export const WINDOW_BYTES = 256 * 1024

/** What a call needs of its link. */
export interface IncomingOwner {
  send(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** The same for an answer that the caller would take as a loan. */
  lend(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** The call is answered. */
  done(call: Incoming): void
}

/** Raises XserveError TOO_LARGE for a message beyond 2 GiB; the call stays open then. */
export class Incoming implements IncomingCall {
  cancelled = false
  onCancel: (() => void) | null = null
  private answered = false
  private items = 0
  private bytes = 0
  private room: PromiseWithResolvers<void> | null = null

  constructor(
    readonly number: number,
    private readonly owner: IncomingOwner,
    /** The caller takes the answer as a loan. */
    private readonly borrows: boolean,
  ) {}

  end(parts: readonly Uint8Array[]): void {
    if (this.answered || this.cancelled) return
    const length = checkedLength(parts)
    this.answered = true
    if (this.borrows) this.owner.lend(Kind.end, this.number, parts, length)
    else this.owner.send(Kind.end, this.number, parts, length)
    this.owner.done(this)
  }

  fail(payload: Uint8Array): void {
    if (this.answered || this.cancelled) return
    const parts = [payload]
    const length = checkedLength(parts)
    this.answered = true
    this.owner.send(Kind.fail, this.number, parts, length)
    this.owner.done(this)
  }

  item(parts: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.answered || this.cancelled) return undefined
    const length = checkedLength(parts)
    this.owner.send(Kind.item, this.number, parts, length)
    this.items++
    this.bytes += length
    if (this.items < WINDOW_ITEMS && this.bytes < WINDOW_BYTES) return undefined
    this.room ??= Promise.withResolvers<void>()
    return this.room.promise
  }

  /** The reader has taken this much. */
  credit(items: number, bytes: number): void {
    this.items -= items
    this.bytes -= bytes
    if (this.items < WINDOW_ITEMS && this.bytes < WINDOW_BYTES) this.release()
  }

  /** The caller has given up, or the link is closed. */
  cancel(): void {
    if (this.cancelled || this.answered) return
    this.cancelled = true
    this.release()
    const told = this.onCancel
    this.onCancel = null
    told?.()
  }

  private release(): void {
    const room = this.room
    this.room = null
    room?.resolve()
  }
}

/** The length of a message; raises TOO_LARGE when no frame could tell it. */
function checkedLength(parts: readonly Uint8Array[]): number {
  const length = lengthOf(parts)
  if (length > MAX_MESSAGE) throw tooLarge(length)
  return length
}

export function tooLarge(length: number): XserveError {
  return new XserveError(
    'TOO_LARGE',
    `A message of ${length} bytes cannot pass between the server and a worker: 2 GiB is the most.`,
    {
      hint: 'Send the documents in several requests.',
    },
  )
}
