/**
 * JinaRPC/Call: each message of the stream is one call on the handler. Callbacks only, no layers of iterators: this is
 * the path of every message of the Python client.
 */

import { XserveError } from '../../../errors.ts'
import { loanOf } from '../../../link/memory/loan.ts'
import type { CallHandler } from '../../../wire/call.ts'
import { PREFETCH } from '../../../wire/defaults.ts'
import { Envelope } from '../../../wire/envelope.ts'
import type { Spoken } from '../../../wire/spoken.ts'
import { type ContextSource, createContext } from '../call-context.ts'
import type { GrpcCall, GrpcMessage, GrpcMethod, GrpcPauser, GrpcReader, GrpcSink } from '../method.ts'
import { RequestLoans } from '../request-loans.ts'

/**
 * Answers leave as they are done, or in the order of the requests with metadata `__results_in_order__: true`;
 * `__prefetch__` caps the requests under way, 0 is no cap (Jina facts §1.4).
 *
 * A rejection ends the stream with its status, since a DataRequestProto has no place for it. The answers of requests that
 * were accepted before are delivered first; in request order only those before the failed one, so that nobody mistakes
 * an answer for its neighbour.
 */
export function callMethod(
  handler: CallHandler,
  spokenOf: (peer: string) => Spoken,
  defaultPrefetch = PREFETCH,
): GrpcMethod {
  return {
    kind: 'stream',
    borrows: true,
    open(sink, call, pauser) {
      const prefetch = readPrefetch(call) ?? (defaultPrefetch || Number.POSITIVE_INFINITY)
      const ordered = call.metadata('__results_in_order__') === 'true'
      return openCall(handler, sink, call, pauser, { prefetch, ordered, spoken: spokenOf(call.peer) })
    },
  }
}

/** undefined: the caller names none. Throws XserveError BAD_REQUEST. */
function readPrefetch(call: GrpcCall): number | undefined {
  const text = call.metadata('__prefetch__')
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) {
    throw new XserveError(
      'BAD_REQUEST',
      `metadata __prefetch__ is '${text}', it must be a decimal number, 0 for no limit`,
    )
  }
  return Number(text) || Number.POSITIVE_INFINITY
}

function openCall(
  handler: CallHandler,
  sink: GrpcSink,
  call: GrpcCall,
  pauser: GrpcPauser,
  options: { readonly prefetch: number; readonly ordered: boolean; readonly spoken: Spoken },
): GrpcReader {
  const active = new Set<Slot>()
  /** Requests in their order, from `head` on; used only when answers keep it. */
  const queue: Slot[] = []
  let head = 0
  let failure: unknown
  let failed = false
  let ended = false
  const state = { over: false }
  let full = false
  let paused = false

  const stop = (): void => {
    state.over = true
    for (const slot of active) {
      slot.cancel()
      slot.loans?.written()
    }
    // Those before have been sent, whoever reads them.
    for (; head < queue.length; head++) queue[head]!.loans?.written()
    active.clear()
    queue.length = 0
    head = 0
  }
  call.onCancel(stop)

  const flow = (): void => {
    const hold = full || failed || active.size >= options.prefetch
    if (hold === paused) return
    paused = hold
    if (hold) pauser.pause()
    else pauser.resume()
  }

  const finish = (): void => {
    if (state.over || active.size > 0) return
    if (failed) {
      state.over = true
      sink.fail(failure)
    } else if (ended) {
      state.over = true
      sink.end()
    }
  }

  /** Sends what is done at the front of the queue; a rejected request there ends the stream. */
  const sendInOrder = (): void => {
    for (; head < queue.length; head++) {
      const { answer, loans } = queue[head]!
      if (answer === undefined) break
      if (answer === null) {
        stop()
        sink.fail(failure)
        return
      }
      if (!sink.write(answer, loans)) full = true
    }
    if (head === queue.length || head > 1024) {
      queue.splice(0, head)
      head = 0
    }
  }

  const settle = (slot: Slot, answer: GrpcMessage | null, error?: unknown): void => {
    const { loans } = slot
    loans?.settled()
    if (state.over) return
    active.delete(slot)
    if (answer === null) {
      loans?.written()
      if (!failed) failure = error
      failed = true
    }
    if (options.ordered) {
      slot.answer = answer
      sendInOrder()
    } else if (answer !== null && !sink.write(answer, loans)) full = true
    if (state.over) return
    flow()
    if (active.size === 0) finish()
  }

  sink.onDrain = () => {
    full = false
    if (!state.over) flow()
  }

  return {
    message(bytes) {
      if (state.over || failed) return
      const slot = new Slot(call, state)
      slot.take(bytes)
      active.add(slot)
      if (options.ordered) queue.push(slot)
      try {
        const request = Envelope.parse(bytes)
        options.spoken.hear(request)
        handler.call(request, createContext(slot)).then(
          (answer) => {
            let encoded: GrpcMessage
            try {
              encoded = answer.encodePieces()
            } catch (error) {
              settle(slot, null, error)
              return
            }
            settle(slot, encoded)
          },
          (error: unknown) => settle(slot, null, error),
        )
      } catch (error) {
        settle(slot, null, error)
      }
      if (!state.over) flow()
    },
    end() {
      ended = true
      finish()
    },
  }
}

/** A request's share of the stream: its listeners go with it instead of piling up on the RPC. */
class Slot implements ContextSource {
  /** What its answer is, once there: bytes, or null for none (it was rejected). */
  answer: GrpcMessage | null | undefined = undefined
  /** Of a large request and its answer. */
  loans: RequestLoans | null = null
  /** To be told when the caller goes; most requests ask for nothing. */
  private listeners: (() => void)[] | null = null

  constructor(
    private readonly call: GrpcCall,
    /** `over` when the stream takes no more answers. */
    private readonly stream: { readonly over: boolean },
  ) {}

  /** Keeps the request, where it is on loan. */
  take(bytes: Uint8Array): void {
    if (!this.call.loans || loanOf(bytes) === null) return
    this.loans = new RequestLoans()
    this.loans.begin()
    this.call.loans.handOver(bytes, this.loans)
  }

  metadata(key: string): string | undefined {
    return this.call.metadata(key)
  }

  get deadline(): number {
    return this.call.deadline
  }

  get cancelled(): boolean {
    return this.call.cancelled || (this.answer === undefined && this.stream.over)
  }

  onCancel(listener: () => void): void {
    // A Flow asks again for every executor on the way, and the caller may have gone between two of them.
    if (this.cancelled) listener()
    else if (this.listeners === null) this.listeners = [listener]
    else this.listeners.push(listener)
  }

  cancel(): void {
    if (this.listeners) for (const listener of this.listeners) listener()
  }
}
