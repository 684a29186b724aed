/**
 * Bytes in memory that several processes see, on loan to whoever reads them: they stay as they are until the last holder
 * has released them. So a large message goes from one worker to the next without being copied in between.
 */
import { UNIT } from './blocks.ts'
import type { SharedMemory } from './shared-memory.ts'

/** Messages and parts of up to this many bytes are not worth lending: they are copied, or go through the socket. */
export const LEAST = UNIT

const memories = new WeakMap<ArrayBufferLike, LentMemory>()
let lastId = 0

/** Begins with one holder, who has it from `LentMemory.lend`. */
export class Loan {
  private holders = 1

  constructor(
    readonly memory: LentMemory,
    readonly bytes: Uint8Array,
  ) {}

  hold(): void {
    this.holders++
  }

  release(): void {
    this.holders--
    if (this.holders === 0) this.memory.end(this)
  }
}

/** A memory of this process, or one of another process that is seen here. */
export class LentMemory {
  /** Its number in this process. */
  readonly id = ++lastId
  /** By unit. */
  private readonly loans: (Loan | undefined)[]
  private readonly watchers = new Set<(memory: LentMemory) => void>()
  /** Nobody can open it any more; who sees it already goes on seeing it. */
  isClosed = false

  readonly bytes: Uint8Array

  /** `over` is told where a loan began that nobody holds any more. */
  constructor(
    private readonly memory: SharedMemory,
    private readonly over: (offset: number) => void,
  ) {
    this.bytes = memory.bytes
    this.loans = new Array<Loan | undefined>(Math.floor(memory.bytes.length / UNIT)).fill(undefined)
    memories.set(memory.bytes.buffer, this)
  }

  /** Where other processes open it. */
  get path(): string {
    return this.memory.path
  }

  /** null: it begins at no unit, is not within the memory, or is lent already. */
  lend(offset: number, length: number): Loan | null {
    const first = offset / UNIT
    const last = Math.ceil((offset + length) / UNIT)
    if (!Number.isInteger(first) || length === 0 || last > this.loans.length) return null
    for (let unit = first; unit < last; unit++) if (this.loans[unit] !== undefined) return null
    const loan = new Loan(this, this.bytes.subarray(offset, offset + length))
    this.loans.fill(loan, first, last)
    return loan
  }

  loanAt(offset: number): Loan | undefined {
    return this.loans[Math.floor(offset / UNIT)]
  }

  end({ bytes }: Loan): void {
    const offset = bytes.byteOffset - this.bytes.byteOffset
    this.loans.fill(undefined, offset / UNIT, Math.ceil((offset + bytes.length) / UNIT))
    if (!this.isClosed) this.over(offset)
  }

  /** Calls back when it is closed. */
  watch(watcher: (memory: LentMemory) => void): void {
    this.watchers.add(watcher)
  }

  unwatch(watcher: (memory: LentMemory) => void): void {
    this.watchers.delete(watcher)
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.memory.hide()
    for (const watcher of this.watchers) watcher(this)
    this.watchers.clear()
  }
}

/** The loan that the bytes are part of; null: they are memory of this process alone, or too few to be lent. */
export function loanOf(bytes: Uint8Array): Loan | null {
  if (bytes.length <= LEAST) return null
  const memory = memories.get(bytes.buffer)
  return memory?.loanAt(bytes.byteOffset - memory.bytes.byteOffset) ?? null
}

/** The bytes as memory of this process, which stays. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return loanOf(bytes) === null ? bytes : Buffer.from(bytes)
}
