/** Makes a link of a connected socket's file descriptor: frames, calls, fairness and closing come together here. */
import { XserveError } from '../errors.ts'
import { createCallTable } from './call-table.ts'
import { Kind, lengthOf, MAX_CALL, MAX_MESSAGE } from './frame.ts'
import { Incoming, type IncomingOwner, tooLarge } from './incoming.ts'
import type { Link, LinkHandlers, LinkOptions, OutgoingCall } from './link.ts'
import { type ControlMessage, decodeControl, encodeControl } from './messages.ts'
import { type Outgoing, type OutgoingOwner, StreamCall, UnaryCall } from './outgoing.ts'
import { createReceiver, type Receiver } from './receive.ts'
import { createSendQueue, type SendQueue } from './send-queue.ts'
import { SHARED_FOLDER } from './shared-memory.ts'
import { createSharing, SHARED_BYTES, type Sharing } from './sharing.ts'

const DEFAULT_MAX_QUEUED_BYTES = 256 * 1024 * 1024
const NOTHING: readonly Uint8Array[] = []

/** The socket as the link sees it. */
interface Wire {
  write(bytes: Uint8Array, offset: number, length: number): number
  end(): void
  terminate(): void
}

interface LinkEnd extends Link {
  receive(bytes: Buffer): void
  drained(): void
  /** Idempotent: the socket is gone. */
  closed(error: Error | null): void
}

/**
 * A link over `fd`, one end of a connected stream socket (a `'pipe'` beyond stderr of `Bun.spawn` is one; the child finds its
 * end at the same number). The link owns the descriptor from here on. Raises XserveError LINK_CLOSED when it is not a socket.
 *
 * `stream` yields the items and then the payload of `end`, unless that is empty. Parts longer than 64 KiB in all are sent
 * from where they are: do not change them before the answer has come.
 */
export async function createLink(fd: number, options: LinkOptions, handlers: LinkHandlers): Promise<Link> {
  let socket: Bun.Socket | null = null
  const link = createLinkEnd(options, handlers, {
    write: (bytes, offset, length) => (socket === null ? 0 : socket.write(bytes, offset, length)),
    end: () => void socket?.end(),
    terminate: () => socket?.terminate(),
  })
  const settings: Bun.FdSocketOptions = {
    fd,
    socket: {
      open(opened) {
        socket = opened
      },
      data: (_, bytes) => link.receive(bytes),
      drain: () => link.drained(),
      error: (_, error) => link.closed(reason(error)),
      close: (_, error) => link.closed(reason(error)),
    },
  }
  try {
    // The types know descriptors only as options, not as an overload.
    socket = await Bun.connect(settings as unknown as Bun.UnixSocketOptions)
  } catch (cause) {
    throw new XserveError('LINK_CLOSED', `File descriptor ${fd} is not a socket that a link can use.`, { cause })
  }
  return link
}

function createLinkEnd(options: LinkOptions, handlers: LinkHandlers, wire: Wire): LinkEnd {
  const parity = options.side === 'worker' ? 1 : 0
  const outgoing = createCallTable<Outgoing>(parity === 1 ? 1 : 2)
  const incoming = createCallTable<Incoming>(parity === 1 ? 2 : 1)
  let state: 'open' | 'closing' | 'closed' = 'open'

  const queue: SendQueue = createSendQueue({
    maxBytes: options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES,
    alone: () => outgoing.size + incoming.size <= 1,
    write: wire.write,
    ended: wire.end,
    ring: () => sharing.ring(),
  })
  const sharing: Sharing = createSharing({
    bytes: options.sharedBytes ?? SHARED_BYTES,
    folder: options.sharedFolder ?? SHARED_FOLDER,
    send: (kind, payload) => queue.sendNow(kind, 0, [payload], payload.length),
    roomier: queue.roomier,
  })
  const receiver: Receiver = createReceiver({
    copy: options.copyPayloads ?? options.side === 'worker',
    deliver,
    wanted: (kind, call) => kind === Kind.call || kind === Kind.control || outgoing.get(call) !== undefined,
    view: sharing.view,
    taken: sharing.taken,
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
        accept(number, payload)
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
      default:
        kind satisfies never
    }
  }

  function accept(number: number, payload: Uint8Array): void {
    if ((number & 1) === parity || number === 0 || number > MAX_CALL || incoming.get(number) !== undefined) {
      throw new XserveError('INTERNAL', `The other end of a link opened call ${number}, which is not its to open.`)
    }
    const call = new Incoming(number, answers)
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
    call(parts): OutgoingCall {
      const length = lengthOf(parts)
      const error = refusal(length)
      if (error !== null) return refused(error)
      const call = new UnaryCall(outgoing.next(), callers)
      outgoing.add(call)
      queue.send(Kind.call, call.number, parts, length)
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

/** A process that dies with bytes unread resets its socket: no more than an end. */
function reason(error: Error | undefined): Error | null {
  const code = (error as { code?: unknown } | undefined)?.code
  return error === undefined || code === 'ECONNRESET' || code === 'EPIPE' ? null : error
}

function refused(error: Error): OutgoingCall {
  return { answer: Promise.reject(error), cancel() {} }
}

function linkClosed(cause: Error | null = null): XserveError {
  return new XserveError('LINK_CLOSED', 'The link to the other process is closed.', cause === null ? {} : { cause })
}
