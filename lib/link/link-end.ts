/** One end of a link: frames, calls, loans, fairness and closing come together here; the socket is somebody else's. */
import { XserveError } from '../errors.ts'
import { createCallTable } from './call-table.ts'
import { Kind, lengthOf, MAX_CALL, MAX_MESSAGE } from './frame.ts'
import { Incoming, type IncomingOwner, tooLarge } from './incoming.ts'
import type { Link, LinkHandlers, LinkOptions, OutgoingCall } from './link.ts'
import { createLending, type Lending } from './memory/lending.ts'
import { LEAST, type LentMemory } from './memory/loan.ts'
import type { Loans } from './memory/loans.ts'
import { SHARED_FOLDER } from './memory/shared-memory.ts'
import { createSharing, SHARED_BYTES, type Sharing } from './memory/sharing.ts'
import { ownStore } from './memory/store.ts'
import { type ControlMessage, decodeControl, encodeControl } from './messages.ts'
import { type Outgoing, type OutgoingOwner, StreamCall, UnaryCall } from './outgoing.ts'
import { createReceiver, type Receiver } from './receive.ts'
import { createSendQueue, type SendQueue } from './send-queue.ts'

const DEFAULT_MAX_QUEUED_BYTES = 256 * 1024 * 1024
const NOTHING: readonly Uint8Array[] = []

/** The socket as the link sees it. */
export interface Wire {
  write(bytes: Uint8Array, offset: number, length: number): number
  end(): void
  terminate(): void
}

export interface LinkEnd extends Link {
  receive(bytes: Buffer): void
  drained(): void
  /** Idempotent: the socket is gone. */
  closed(error: Error | null): void
}

export function createLinkEnd(options: LinkOptions, handlers: LinkHandlers, wire: Wire): LinkEnd {
  const parity = options.side === 'worker' ? 1 : 0
  const outgoing = createCallTable<Outgoing>(parity === 1 ? 1 : 2)
  const incoming = createCallTable<Incoming>(parity === 1 ? 2 : 1)
  let state: 'open' | 'closing' | 'closed' = 'open'

  const queue: SendQueue = createSendQueue({
    maxBytes: options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES,
    alone: () => outgoing.size + incoming.size <= 1,
    write: wire.write,
    ended: wire.end,
    beside: {
      ring: () => sharing.ring(),
      lend(loan) {
        if (!sees(loan.memory)) return 0
        lending.lend(loan)
        return loan.memory.id
      },
    },
  })
  const sharedBytes = options.sharedBytes ?? SHARED_BYTES
  const tell = (kind: Kind, payload: Uint8Array): void => queue.sendNow(kind, 0, [payload], payload.length)
  const sharing: Sharing = createSharing({
    bytes: sharedBytes,
    folder: options.sharedFolder ?? SHARED_FOLDER,
    send: tell,
    roomier: queue.roomier,
  })
  const lending: Lending = createLending({
    passesOn: options.side === 'parent',
    send: tell,
    sendAlong: (kind, payload) => queue.sendAlong(kind, 0, [payload], payload.length),
  })
  const store = options.store ?? ownStore
  const sees = (memory: LentMemory): boolean => sharedBytes > 0 && lending.sees(memory)
  const receiver: Receiver = createReceiver({
    copy: options.copyPayloads ?? options.side === 'worker',
    deliver,
    wanted: (kind, call) => isOpening(kind) || kind === Kind.control || outgoing.get(call) !== undefined,
    view: sharing.view,
    taken: sharing.taken,
    look: lending.look,
    giveBack: lending.giveBack,
    borrow(kind, number, id, offset, length) {
      const call = outgoing.get(number)
      if (kind !== Kind.end || !call?.loans) return false
      call.message(kind, call.loans.keep(lending.borrow(id, offset, length)))
      return true
    },
  })

  let whenIdle: PromiseWithResolvers<void> | null = null
  const forget = (call: Outgoing): void => {
    outgoing.remove(call)
    if (whenIdle === null || outgoing.size > 0) return
    whenIdle.resolve()
    whenIdle = null
  }
  const answers: IncomingOwner = {
    send: queue.send,
    lend(kind, call, parts, length) {
      const loan = length > LEAST ? store.place(parts, length, sees) : null
      if (loan === null) {
        queue.send(kind, call, parts, length)
        return
      }
      queue.send(kind, call, [loan.bytes], length)
      loan.release()
    },
    done: incoming.remove,
  }
  const callers: OutgoingOwner = {
    done: forget,
    giveUp(call) {
      forget(call)
      queue.drop(call.number)
      receiver.discard(call.number)
      queue.sendNow(Kind.cancel, call.number, NOTHING, 0)
    },
    credit(call, items, bytes) {
      const payload = Buffer.allocUnsafe(8)
      payload.writeUInt32LE(items, 0)
      payload.writeUInt32LE(bytes, 4)
      queue.sendNow(Kind.credit, call, [payload], 8)
    },
  }

  /** A whole message came in. */
  function deliver(kind: Kind, number: number, payload: Uint8Array): void {
    switch (kind) {
      case Kind.end:
      case Kind.item:
      case Kind.fail:
        // Unknown: given up here while the answer was under way.
        outgoing.get(number)?.message(kind, payload)
        return
      case Kind.call:
      case Kind.borrow:
        accept(number, payload, kind === Kind.borrow)
        return
      case Kind.cancel:
        cancelled(number)
        return
      case Kind.credit:
        credited(number, payload)
        return
      case Kind.control:
        handlers.control?.(decodeControl(payload))
        return
      case Kind.offer:
        sharing.offered(payload)
        return
      case Kind.take:
        sharing.answered(payload)
        return
      case Kind.free:
        sharing.freed(payload)
        return
      case Kind.show:
        lending.shown(payload)
        return
      case Kind.seen:
        lending.seen(payload)
        return
      case Kind.unshow:
        lending.unshown(payload)
        return
      case Kind.back:
        lending.cameBack(payload)
        return
      default:
        kind satisfies never
    }
  }

  function accept(number: number, payload: Uint8Array, borrows: boolean): void {
    if ((number & 1) === parity || number === 0 || number > MAX_CALL || incoming.get(number) !== undefined) {
      throw new XserveError('INTERNAL', `The other end of a link opened call ${number}, which is not its to open.`)
    }
    const call = new Incoming(number, answers, borrows)
    incoming.add(call)
    if (handlers.call === undefined) throw new XserveError('INTERNAL', 'A call came in on a link that takes none.')
    handlers.call(payload, call)
  }

  function cancelled(number: number): void {
    receiver.discard(number)
    queue.drop(number)
    const call = incoming.get(number)
    if (call === undefined) return
    incoming.remove(call)
    call.cancel()
  }

  function credited(number: number, payload: Uint8Array): void {
    if (payload.length !== 8)
      throw new XserveError('INTERNAL', `A credit of ${payload.length} bytes came in on a link.`)
    const view = new DataView(payload.buffer, payload.byteOffset, 8)
    incoming.get(number)?.credit(view.getUint32(0, true), view.getUint32(4, true))
  }

  /** Why a call of this length cannot be sent now; null if it can. */
  function refusal(length: number): XserveError | null {
    if (state !== 'open') return linkClosed()
    if (length > MAX_MESSAGE) return tooLarge(length)
    if (queue.admits(length)) return null
    return new XserveError('OVERLOADED', `A worker does not keep up: ${queue.bytes} bytes wait to be sent to it.`, {
      hint: 'Send less at once, or give the executor more replicas.',
    })
  }

  function close(error: Error | null): void {
    if (state === 'closed') return
    state = 'closed'
    queue.destroy()
    sharing.close()
    lending.close()
    const failure = linkClosed(error)
    for (const call of outgoing.all()) {
      forget(call)
      call.closed(failure)
    }
    for (const call of incoming.all()) {
      incoming.remove(call)
      call.cancel()
    }
    handlers.closed?.(error)
  }

  return {
    call(parts, loans: Loans | null = null): OutgoingCall {
      const length = lengthOf(parts)
      const error = refusal(length)
      if (error !== null) return refused(error)
      const call = new UnaryCall(outgoing.next(), callers, loans)
      outgoing.add(call)
      if (loans === null) queue.send(Kind.call, call.number, parts, length)
      else {
        const sent = length > LEAST ? parts.map((part) => loans.lendable(part, sees)) : parts
        queue.send(Kind.borrow, call.number, sent, length)
      }
      return call
    },
    stream(parts) {
      const call = new StreamCall(outgoing.next(), callers)
      const length = lengthOf(parts)
      const error = refusal(length)
      if (error !== null) {
        call.closed(error)
        return call
      }
      outgoing.add(call)
      queue.send(Kind.call, call.number, parts, length)
      return call
    },
    control(message: ControlMessage) {
      const payload = encodeControl(message)
      queue.send(Kind.control, 0, [payload], payload.length)
    },
    idle() {
      if (outgoing.size === 0) return Promise.resolve()
      whenIdle ??= Promise.withResolvers()
      return whenIdle.promise
    },
    close() {
      if (state !== 'open') return
      state = 'closing'
      queue.end()
    },
    get pending() {
      return outgoing.size
    },
    get queuedBytes() {
      return queue.bytes
    },
    receive(bytes) {
      if (state === 'closed') return
      // Answers of methods that are not asynchronous are there when the last call of a read has been taken: they leave at once.
      queue.cork()
      try {
        receiver.receive(bytes)
        sharing.settle()
        queue.uncork()
      } catch (error) {
        close(error instanceof Error ? error : new Error(String(error)))
        wire.terminate()
      }
    },
    drained: queue.drained,
    closed: close,
  }
}

const isOpening = (kind: Kind): boolean => kind === Kind.call || kind === Kind.borrow

function refused(error: Error): OutgoingCall {
  return { answer: Promise.reject(error), cancel() {} }
}

function linkClosed(cause: Error | null = null): XserveError {
  return new XserveError('LINK_CLOSED', 'The link to the other process is closed.', cause === null ? {} : { cause })
}
