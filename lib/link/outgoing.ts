/** Calls of this end that wait for their answer. One object per call on the data path: classes, not closures. */
import { XserveError } from '../errors.ts'
import { Kind } from './frame.ts'
import { WINDOW_BYTES, WINDOW_ITEMS } from './incoming.ts'
import { LinkFailure, type OutgoingCall } from './link.ts'
import type { Loans } from './memory/loans.ts'

/** What a call needs of its link. */
export interface OutgoingOwner {
  /** The call is answered. */
  done(call: Outgoing): void
  /** The call is given up: the other end is told. */
  giveUp(call: Outgoing): void
  credit(call: number, items: number, bytes: number): void
}

export interface Outgoing {
  readonly number: number
  message(kind: Kind, payload: Uint8Array): void
  /** Where an answer goes that is lent; null: this call takes none. */
  readonly loans: Loans | null
  closed(error: Error): void
}

const ignore = (): void => {}

/** One message out, one back. */
export class UnaryCall implements Outgoing, OutgoingCall {
  readonly answer: Promise<Uint8Array>
  private resolve!: (payload: Uint8Array) => void
  private reject!: (error: Error) => void
  private open = true

  constructor(
    readonly number: number,
    private readonly owner: OutgoingOwner,
    readonly loans: Loans | null,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  message(kind: Kind, payload: Uint8Array): void {
    if (kind === Kind.item) {
      this.owner.giveUp(this)
      this.closed(new XserveError('INTERNAL', 'A worker answered with a stream where one answer was asked for.'))
      return
    }
    this.open = false
    this.owner.done(this)
    if (kind === Kind.end) this.resolve(payload)
    else this.reject(new LinkFailure(payload))
  }

  closed(error: Error): void {
    this.open = false
    this.reject(error)
  }

  cancel(): void {
    if (!this.open) return
    this.owner.giveUp(this)
    // Who cancels has often stopped listening.
    this.answer.catch(ignore)
    this.closed(new XserveError('CANCELLED', 'The call was given up before its answer came.'))
  }
}

/** One message out, any number back: the items, then the payload of the end unless it is empty. */
export class StreamCall implements Outgoing, AsyncIterableIterator<Uint8Array> {
  readonly loans = null
  private readonly ready: Uint8Array[] = []
  private readonly readers: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = []
  private failure: Error | null = null
  private open = true
  // Taken by the reader, and not yet told to the other end.
  private items = 0
  private bytes = 0

  constructor(
    readonly number: number,
    private readonly owner: OutgoingOwner,
  ) {}

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.ready.shift()
    if (value !== undefined) {
      this.take(value)
      return Promise.resolve({ done: false, value })
    }
    if (this.open) {
      const reader = Promise.withResolvers<IteratorResult<Uint8Array>>()
      this.readers.push(reader)
      return reader.promise
    }
    const { failure } = this
    this.failure = null
    return failure === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure)
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.open) {
      this.owner.giveUp(this)
      this.finish(null)
    }
    this.failure = null
    this.ready.length = 0
    return Promise.resolve({ done: true, value: undefined })
  }

  message(kind: Kind, payload: Uint8Array): void {
    if (kind === Kind.item) {
      this.deliver(payload)
      return
    }
    this.owner.done(this)
    if (kind === Kind.end && payload.length > 0) this.deliver(payload)
    this.finish(kind === Kind.fail ? new LinkFailure(payload) : null)
  }

  closed(error: Error): void {
    this.finish(error)
  }

  private deliver(value: Uint8Array): void {
    const reader = this.readers.shift()
    if (reader === undefined) {
      this.ready.push(value)
      return
    }
    this.take(value)
    reader.resolve({ done: false, value })
  }

  /** Credit goes back by half windows: a frame per item would cost more than the item. */
  private take(value: Uint8Array): void {
    this.items++
    this.bytes += value.length
    if (!this.open || (this.items < WINDOW_ITEMS / 2 && this.bytes < WINDOW_BYTES / 2)) return
    this.owner.credit(this.number, this.items, this.bytes)
    this.items = 0
    this.bytes = 0
  }

  private finish(failure: Error | null): void {
    this.open = false
    // Only the first waiting reader learns the reason, as with any iterator.
    const first = this.readers.shift()
    if (first === undefined) {
      this.failure = failure
      return
    }
    if (failure === null) first.resolve({ done: true, value: undefined })
    else first.reject(failure)
    for (const reader of this.readers.splice(0)) reader.resolve({ done: true, value: undefined })
  }
}
