/** Large messages, which stay where they are and take turns: a chunk of each goes out whenever the batch has room. */
import type { Batch } from './batch.ts'
import {
  CHUNK,
  FLAG_CHUNK,
  FLAG_FIRST,
  FLAG_LENT,
  FLAG_SHARED,
  HEAD,
  type Kind,
  LENT,
  SHARED_CHUNK,
  TOTAL,
  WHERE,
  writeHead,
} from './frame.ts'
import type { Loan } from './memory/loan.ts'
import type { Ring } from './memory/ring.ts'
import { Waiting } from './waiting.ts'

/** Memory beside the socket. */
export interface Beside {
  /** Memory that the other end sees, for messages of more than CHUNK bytes; null: there is none, or not yet. */
  ring(): Ring | null
  /** The number under which the other end sees the memory of a loan, which it holds from now on; 0: it does not see it. */
  lend(loan: Loan): number
}

/** What waits of one call, in order; at most a chunk of it goes out per turn. */
interface Lane {
  readonly call: number
  readonly messages: Waiting[]
}

/** Chunks go into the batch up to here; small messages that come meanwhile wait for no more than this. */
const FILL = 128 * 1024
/** So few bytes go through the socket, whatever there is beside it. */
const FEW = 4 * 1024

export class Lanes {
  /** Bytes that wait. */
  bytes = 0
  /** Bytes that went into the ring since this was last set to 0. */
  shared = 0
  private readonly lanes = new Map<number, Lane>()
  // In the order of their turns.
  private readonly turns: Lane[] = []
  // Those whose turn came while the ring was full.
  private readonly crowded: Lane[] = []
  // The one message that may be larger than all that may wait: it would never fit otherwise.
  private giant: Waiting | null = null

  constructor(
    /** Bytes that may wait, beside one message larger than this. */
    private readonly maxBytes: number,
    private readonly beside: Beside,
  ) {}

  has(call: number): boolean {
    return this.lanes.size > 0 && this.lanes.has(call)
  }

  /** Whether a turn would bring something. */
  get isReady(): boolean {
    return this.turns.length > 0
  }

  get isEmpty(): boolean {
    return this.lanes.size === 0
  }

  /** Bytes that wait, but for the one message that is larger than may. */
  get counted(): number {
    return this.giant === null ? this.bytes : this.bytes - this.giant.left
  }

  get hasGiant(): boolean {
    return this.giant !== null
  }

  add(kind: Kind, call: number, parts: readonly Uint8Array[], length: number): void {
    let lane = this.lanes.get(call)
    if (lane === undefined) {
      lane = { call, messages: [] }
      this.lanes.set(call, lane)
      this.turns.push(lane)
    }
    const message = new Waiting(kind, parts, length)
    lane.messages.push(message)
    this.bytes += length
    if (length > this.maxBytes) this.giant ??= message
  }

  /** Gives lanes their turns until the batch, or the ring, has its fill. */
  fill(batch: Batch): void {
    while (this.turns.length > 0 && batch.length + this.shared < FILL) {
      const lane = this.turns.shift()!
      if (!this.takeTurn(lane, batch)) this.crowded.push(lane)
      else if (lane.messages.length > 0) this.turns.push(lane)
      else this.lanes.delete(lane.call)
    }
  }

  /** There is room in the ring again; whether somebody waited for it. */
  roomier(): boolean {
    if (this.crowded.length === 0) return false
    this.turns.push(...this.crowded.splice(0))
    return true
  }

  drop(call: number): void {
    const lane = this.lanes.get(call)
    if (lane === undefined) return
    this.lanes.delete(call)
    const list = this.turns.includes(lane) ? this.turns : this.crowded
    list.splice(list.indexOf(lane), 1)
    for (const message of lane.messages) {
      this.bytes -= message.left
      message.drop()
      if (message === this.giant) this.giant = null
    }
  }

  clear(): void {
    for (const { messages } of this.lanes.values()) for (const message of messages) message.drop()
    this.lanes.clear()
    this.turns.length = 0
    this.crowded.length = 0
    this.bytes = 0
    this.giant = null
  }

  /** The next frame of a lane; false: there is no room for it. */
  private takeTurn({ call, messages }: Lane, batch: Batch): boolean {
    const message = messages[0]!
    const before = message.left
    if (!this.takeLent(message, call, batch) && !this.takeCopied(message, call, batch)) return false
    this.bytes -= before - message.left
    if (message.left > 0) return true
    messages.shift()
    if (message === this.giant) this.giant = null
    return true
  }

  /** The next part as a loan; false: it must be copied. */
  private takeLent(message: Waiting, call: number, batch: Batch): boolean {
    const { loan } = message
    const id = loan === null ? 0 : this.beside.lend(loan)
    if (id === 0) return false
    const at = beginChunk(message, call, batch, LENT, FLAG_LENT)
    const { byteOffset, length } = message.next
    batch.view.setUint32(at, id, true)
    batch.view.setUint32(at + 4, byteOffset - loan!.memory.bytes.byteOffset, true)
    batch.view.setUint32(at + 8, length, true)
    message.pass()
    return true
  }

  private takeCopied(message: Waiting, call: number, batch: Batch): boolean {
    const { ahead } = message
    if (message.length <= CHUNK) {
      batch.reserve(HEAD + ahead)
      writeHead(batch.view, batch.end, ahead, call, message.kind, 0)
      batch.end += HEAD + ahead
      message.take(batch.bytes, batch.end - ahead, ahead)
      return true
    }
    const ring = ahead <= FEW ? null : this.beside.ring()
    if (ring === null) {
      const size = Math.min(ahead, CHUNK)
      message.take(batch.bytes, beginChunk(message, call, batch, size, 0), size)
      return true
    }
    const size = Math.min(ahead, SHARED_CHUNK, ring.room)
    if (size === 0) return false
    const at = beginChunk(message, call, batch, WHERE, FLAG_SHARED)
    batch.view.setUint32(at, ring.at, true)
    batch.view.setUint32(at + 4, size, true)
    message.take(ring.bytes, ring.at, size)
    ring.advance(size)
    this.shared += size
    return true
  }
}

/** Writes the head of a frame with `size` bytes of payload, and the message's total where it is the first; says where the payload goes. */
function beginChunk(message: Waiting, call: number, batch: Batch, size: number, flags: number): number {
  const first = message.left === message.length
  const length = first ? TOTAL + size : size
  batch.reserve(HEAD + length)
  const at = batch.end + HEAD
  writeHead(batch.view, batch.end, length, call, message.kind, FLAG_CHUNK | (first ? FLAG_FIRST : 0) | flags)
  if (first) batch.view.setUint32(at, message.length, true)
  batch.end = at + length
  return batch.end - size
}
