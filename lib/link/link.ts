/**
 * The link's public face: calls in both directions and control messages over one connected socket (design §2).
 * `createLink` (create.ts) makes one from a file descriptor; everybody else knows only these types.
 */
import type { Loans } from './memory/loans.ts'
import type { Store } from './memory/store.ts'
import type { ControlMessage } from './messages.ts'

/** A call that came in; answer it once, with `end` or `fail`, or by items and then `end`. */
export interface IncomingCall {
  /** The last (or only) message of the answer. */
  end(parts: readonly Uint8Array[]): void
  /** Ends the call with an error whose payload the caller gets as LinkFailure. */
  fail(payload: Uint8Array): void
  /** One message of a stream; resolves when the caller has given credit for another. */
  item(parts: readonly Uint8Array[]): Promise<void> | undefined
  readonly cancelled: boolean
  /** Called once when the caller gives up or the link closes; set it before returning from `call`. */
  onCancel: (() => void) | null
}

export interface LinkHandlers {
  /** A complete message has come in. The payload is the handler's own (copied once) when `copyPayloads`, else a view. */
  call?(payload: Uint8Array, incoming: IncomingCall): void
  control?(message: ControlMessage): void
  /** Once, after every open call was rejected. */
  closed?(error: Error | null): void
}

export interface LinkOptions {
  /** Parent opens even call numbers, worker odd ones. */
  readonly side: 'parent' | 'worker'
  /** Copy each incoming message (worker: a kept view would pin its whole read chunk). Default: worker true, parent false. */
  readonly copyPayloads?: boolean
  /** Bytes that may wait unsent before calls are refused with OVERLOADED. Default 256 MiB beyond the largest single message. */
  readonly maxQueuedBytes?: number
  /** Memory beside the socket for large messages of this end, in bytes; 0: none. Default 2 MiB, from the first such message on. */
  readonly sharedBytes?: number
  /** A folder of a file system in memory. Default /dev/shm. */
  readonly sharedFolder?: string
  /** What this end lends out of. Default: that of the process. */
  readonly store?: Store
}

/** The other end failed a call on purpose; `payload` is what it said. */
export class LinkFailure extends Error {
  override readonly name = 'LinkFailure'
  constructor(readonly payload: Uint8Array) {
    super('the other end failed the call')
  }
}

/** A unary call that can be given up. */
export interface OutgoingCall {
  readonly answer: Promise<Uint8Array>
  /** Tells the other end; `answer` rejects with XserveError CANCELLED. No effect once answered. */
  cancel(): void
}

export interface Link {
  /**
   * Sends one message and resolves with the one that answers it (kind `end`).
   * Rejects with LinkFailure (the other end said fail), XserveError LINK_CLOSED, OVERLOADED, CANCELLED.
   *
   * With `loans`, large messages are not copied where that can be: the answer is on loan, for as long as `loans` say.
   */
  call(parts: readonly Uint8Array[], loans?: Loans | null): OutgoingCall
  /** The same, answered by any number of items; breaking out of the iteration cancels. */
  stream(parts: readonly Uint8Array[]): AsyncIterableIterator<Uint8Array>
  control(message: ControlMessage): void
  /** Resolves as soon as every call that this end has opened is answered or given up; at once when there is none. */
  idle(): Promise<void>
  /** Ends the socket after what is queued has been sent. */
  close(): void
  /** Calls this end has opened and that are not answered. */
  readonly pending: number
  /** Bytes waiting to be sent. */
  readonly queuedBytes: number
}
