/**
 * What waits to be sent over a socket. Small messages are copied into one batch and written together; large ones stay where
 * they are and take turns, a chunk each, whenever the batch has gone out.
 */
import {
  CHUNK,
  FLAG_CHUNK,
  FLAG_FIRST,
  FLAG_SHARED,
  HEAD,
  type Kind,
  SHARED_CHUNK,
  TOTAL,
  WHERE,
  writeHead,
} from './frame.ts'
import type { Ring } from './ring.ts'
import { Waiting } from './waiting.ts'

export interface SendQueueOptions {
  /** Bytes that may wait, beside one message larger than this. */
  readonly maxBytes: number
  /** Whether nobody else can have something to send in this turn of the event loop, for whom to wait would be worth it. */
  alone(): boolean
  /** Writes what the socket takes at once and says how much that was; negative if it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
  /** All has been written after `end`. */
  ended(): void
  /** Memory that the other end sees, for messages of more than CHUNK bytes; null: there is none, or not yet. */
  ring(): Ring | null
}

export interface SendQueue {
  /**
   * Queues a message of `length` bytes in all. Order holds within a call. Parts of more than 64 KiB in all are not copied:
   * they must stay as they are until they have been sent.
   */
  send(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
  /** The same, past everything that waits: for frames without order (cancel, credit, control). At most CHUNK bytes. */
  sendNow(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void
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
  /** Bytes not yet taken by the socket. */
  readonly bytes: number
  /** Whether the queue has room for a message of so many bytes; asked for calls only, answers always go. */
  admits(length: number): boolean
}

/** What waits of one call, in order; at most a chunk of it goes out per turn. */
interface Lane {
  readonly call: number
  readonly messages: Waiting[]
}

/** Room for the chunks of one turn of filling: about what the kernel's buffer of a socketpair takes (219 KB). */
const BATCH = 256 * 1024
/** A batch this full is written at once, while the processor still has it near. */
const FULL = 128 * 1024
/** Chunks go into the batch up to here; small messages that come meanwhile wait for no more than this. */
const FILL = 128 * 1024
/** Bytes written in one go before everything else in the process has its turn. */
const BURST = 512 * 1024

/** One queue per socket. It writes at the end of the tick in which something was queued, or of the event if that is alone. */
export function createSendQueue(options: SendQueueOptions): SendQueue {
  const { maxBytes, alone, write, ended, ring } = options
  let batch = Buffer.allocUnsafeSlow(BATCH)
  let view = new DataView(batch.buffer)
  let start = 0
  let end = 0
  let blocked = false
  let scheduled = false
  let corked = false
  let state: 'open' | 'ending' | 'gone' = 'open'

  const lanes = new Map<number, Lane>()
  // The lanes in the order of their turns.
  const turns: Lane[] = []
  // Those whose turn came while the ring was full.
  const crowded: Lane[] = []
  // Bytes that went into the ring since the last write.
  let shared = 0
  let waitingBytes = 0
  // The one message that may be larger than all that may wait: it would never fit otherwise.
  let giant: Waiting | null = null

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
      if (turns.length > 0) fill()
      if (start === end) break
      burst += end - start + shared
      shared = 0
      writeBatch()
      if (burst >= BURST && !blocked) {
        schedule()
        return
      }
    }
    if (state === 'ending' && start === end && turns.length === 0 && crowded.length === 0) {
      state = 'gone'
      ended()
    }
  }

  function writeBatch(): void {
    const taken = write(batch, start, end - start)
    if (taken < 0) {
      destroy()
      return
    }
    start += taken
    if (start < end) {
      blocked = true
      return
    }
    start = 0
    end = 0
    if (batch.length > 4 * BATCH) resize(BATCH)
  }

  function resize(size: number): void {
    const next = Buffer.allocUnsafeSlow(size)
    end = batch.copy(next, 0, start, end)
    start = 0
    batch = next
    view = new DataView(batch.buffer)
  }

  /** Makes `size` bytes of room after `end`. */
  function makeRoom(size: number): void {
    const used = end - start
    if (used + size > batch.length) {
      resize(Math.max(batch.length * 2, used + size))
    } else {
      batch.copyWithin(0, start, end)
      start = 0
      end = used
    }
  }

  function append(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void {
    if (end + HEAD + length > batch.length) makeRoom(HEAD + length)
    writeHead(view, end, length, call, kind, 0)
    let at = end + HEAD
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!
      batch.set(part, at)
      at += part.length
    }
    end = at
    if (end - start >= FULL && !blocked) writeBatch()
    else schedule()
  }

  function wait(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void {
    let lane = lanes.get(call)
    if (lane === undefined) {
      lane = { call, messages: [] }
      lanes.set(call, lane)
      turns.push(lane)
    }
    const message = new Waiting(kind, parts, length)
    lane.messages.push(message)
    waitingBytes += length
    if (length > maxBytes) giant ??= message
    schedule()
  }

  /** Gives lanes their turns until the batch, or the ring, has its fill. */
  function fill(): void {
    while (turns.length > 0 && end - start + shared < FILL) {
      const lane = turns.shift()!
      if (!takeTurn(lane)) crowded.push(lane)
      else if (lane.messages.length > 0) turns.push(lane)
      else lanes.delete(lane.call)
    }
  }

  /** The next frame of a lane; false: there is no room for it. */
  function takeTurn(lane: Lane): boolean {
    const message = lane.messages[0]!
    const whole = message.length <= CHUNK
    const memory = whole ? null : ring()
    const most = memory === null ? CHUNK : Math.min(SHARED_CHUNK, memory.room)
    if (most === 0) return false
    const size = Math.min(message.left, most)
    const prefix = !whole && message.left === message.length ? TOTAL : 0
    const length = prefix + (memory === null ? size : WHERE)
    if (end + HEAD + length > batch.length) makeRoom(HEAD + length)
    const flags = (prefix > 0 ? FLAG_FIRST : 0) | (memory === null ? 0 : FLAG_SHARED)
    writeHead(view, end, length, lane.call, message.kind, whole ? 0 : FLAG_CHUNK | flags)
    end += HEAD
    if (prefix > 0) view.setUint32(end, message.length, true)
    end += prefix
    if (memory === null) {
      message.take(batch, end, size)
      end += size
    } else {
      view.setUint32(end, memory.at, true)
      view.setUint32(end + 4, size, true)
      end += WHERE
      message.take(memory.bytes, memory.at, size)
      memory.advance(size)
      shared += size
    }
    waitingBytes -= size
    if (message.left > 0) return true
    lane.messages.shift()
    if (message === giant) giant = null
    return true
  }

  function drop(call: number): void {
    const lane = lanes.get(call)
    if (lane === undefined) return
    lanes.delete(call)
    const list = turns.includes(lane) ? turns : crowded
    list.splice(list.indexOf(lane), 1)
    for (const message of lane.messages) {
      waitingBytes -= message.left
      if (message === giant) giant = null
    }
  }

  function destroy(): void {
    state = 'gone'
    lanes.clear()
    turns.length = 0
    crowded.length = 0
    start = 0
    end = 0
    waitingBytes = 0
    giant = null
    batch = Buffer.alloc(0)
  }

  return {
    send(kind, call, parts, length) {
      if (state === 'gone') return
      if (length > CHUNK || (lanes.size > 0 && lanes.has(call))) wait(kind, call, parts, length)
      else append(kind, call, parts, length)
    },
    sendNow(kind, call, parts, length) {
      if (state !== 'gone') append(kind, call, parts, length)
    },
    drop,
    cork() {
      corked = true
    },
    uncork() {
      corked = false
      // What had been queued before has its own turn coming, with which this goes, too.
      if (!scheduled && (start < end || turns.length > 0 || state === 'ending')) flush()
    },
    drained() {
      if (!blocked) return
      blocked = false
      flush()
    },
    roomier() {
      if (crowded.length === 0) return
      turns.push(...crowded.splice(0))
      schedule()
    },
    end() {
      if (state !== 'open') return
      state = 'ending'
      schedule()
    },
    destroy,
    get bytes() {
      return end - start + waitingBytes
    },
    admits(length) {
      const counted = end - start + waitingBytes - (giant === null ? 0 : giant.left)
      return counted + length <= maxBytes || (length > maxBytes && giant === null && counted <= maxBytes)
    },
  }
}
