/**
 * What waits to be sent over a socket. Small messages are copied into one batch and written together; large ones stay where
 * they are and take turns, a chunk each, whenever the batch has gone out.
 */
import { Batch } from './batch.ts'
import { CHUNK, HEAD, type Kind, writeHead } from './frame.ts'
import { type Beside, Lanes } from './lanes.ts'

export interface SendQueueOptions {
  /** Bytes that may wait, beside one message larger than this. */
  readonly maxBytes: number
  /** Whether nobody else can have something to send in this turn of the event loop, for whom to wait would be worth it. */
  alone(): boolean
  /** Writes what the socket takes at once and says how much that was; negative if it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
  /** All has been written after `end`. */
  ended(): void
  readonly beside: Beside
}

export interface SendQueue {
  /**
   * Queues a message of `length` bytes in all. Order holds within a call. Parts of more than 64 KiB in all are not copied:
   * they must stay as they are until they have been sent.
   */
  send(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** The same, past everything that waits: for frames without order (cancel, credit, control). At most CHUNK bytes. */
  sendNow(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** The same for what nobody waits for: it goes with whatever is sent next, and waits until then. */
  sendAlong(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** Forgets what waits of a call and has not been begun to be written. */
  drop(call: number): void
  /** What is queued from here on is written when `uncork` is called, and together. */
  cork(): void
  uncork(): void
  /** The socket takes bytes again. */
  drained(): void
  /** There is room in the ring again. */
  roomier(): void
  /** Calls `ended` once nothing waits. */
  end(): void
  /** Forgets everything, writes nothing more. */
  destroy(): void
  /** Bytes not yet taken by the socket; what only goes along with others does not count. */
  readonly bytes: number
  /** Whether the queue has room for a message of so many bytes; asked for calls only, answers always go. */
  admits(length: number): boolean
}

/** A batch this full is written at once, while the processor still has it near. */
const FULL = 128 * 1024
/** Bytes written in one go before everything else in the process has its turn. */
const BURST = 512 * 1024

/** One queue per socket. It writes at the end of the tick in which something was queued, or of the event if that is alone. */
export function createSendQueue(options: SendQueueOptions): SendQueue {
  const { maxBytes, alone, write, ended } = options
  const batch = new Batch()
  const lanes = new Lanes(maxBytes, options.beside)
  let blocked = false
  let scheduled = false
  let corked = false
  // There is something in the batch that does not wait for others.
  let pressing = false
  let state: 'open' | 'ending' | 'gone' = 'open'

  function schedule(): void {
    if (scheduled || blocked || corked) return
    scheduled = true
    if (alone()) queueMicrotask(flush)
    else setImmediate(flush)
  }

  function flush(): void {
    scheduled = false
    let burst = 0
    while (!blocked && state !== 'gone') {
      if (lanes.isReady) lanes.fill(batch)
      if (batch.length === 0) break
      burst += batch.length + lanes.shared
      lanes.shared = 0
      writeBatch()
      if (burst >= BURST && !blocked) {
        schedule()
        return
      }
    }
    if (state === 'ending' && batch.length === 0 && lanes.isEmpty) {
      state = 'gone'
      ended()
    }
  }

  function writeBatch(): void {
    const taken = write(batch.bytes, batch.start, batch.length)
    if (taken < 0) {
      destroy()
      return
    }
    batch.taken(taken)
    if (batch.length > 0) blocked = true
    else pressing = false
  }

  function put(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void {
    batch.reserve(HEAD + length)
    const { bytes } = batch
    writeHead(batch.view, batch.end, length, call, kind, 0)
    let at = batch.end + HEAD
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      bytes.set(part, at)
      at += part.length
    }
    batch.end = at
  }

  function append(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void {
    put(kind, call, parts, length)
    pressing = true
    if (batch.length >= FULL && !blocked) writeBatch()
    else schedule()
  }

  function destroy(): void {
    state = 'gone'
    lanes.clear()
    batch.clear()
  }

  return {
    send(kind, call, parts, length) {
      if (state === 'gone') return
      if (length > CHUNK || lanes.has(call)) {
        lanes.add(kind, call, parts, length)
        schedule()
      } else append(kind, call, parts, length)
    },
    sendNow(kind, call, parts, length) {
      if (state !== 'gone') append(kind, call, parts, length)
    },
    sendAlong(kind, call, parts, length) {
      if (state !== 'gone') put(kind, call, parts, length)
    },
    drop: (call) => lanes.drop(call),
    cork() {
      corked = true
    },
    uncork() {
      corked = false
      // What had been queued before has its own turn coming, with which this goes, too.
      if (!scheduled && (pressing || lanes.isReady || state === 'ending')) flush()
    },
    drained() {
      if (!blocked) return
      blocked = false
      flush()
    },
    roomier() {
      if (lanes.roomier()) schedule()
    },
    end() {
      if (state !== 'open') return
      state = 'ending'
      schedule()
    },
    destroy,
    get bytes() {
      return (pressing ? batch.length : 0) + lanes.bytes
    },
    admits(length) {
      const counted = batch.length + lanes.counted
      return counted + length <= maxBytes || (length > maxBytes && !lanes.hasGiant && counted <= maxBytes)
    },
  }
}
