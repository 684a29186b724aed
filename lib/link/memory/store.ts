/** The memory of this process in which it writes what it lends. It grows with what is lent at once, up to a limit. */
import { Blocks, UNIT } from './blocks.ts'
import { LentMemory, type Loan } from './loan.ts'
import { createSharedMemory, freeBytes, SHARED_FOLDER } from './shared-memory.ts'

/** It grows by this many bytes, or by a message that is larger: writing so many zeros takes 7 ms, once. */
export const GROWTH = 8 * 1024 * 1024

/** Of what is free in the file system it takes no more: other processes, and what is sent without loans, need some, too. */
const SHARE = 1 / 4

/** Bytes of all of it: half of what a container has unless told otherwise, and more is copied as if there were no loans. */
const MOST = 32 * 1024 * 1024

export interface Store {
  /**
   * Copies parts of `length` bytes in all to where they can be lent, in a memory that the reader `sees`; null: there is no
   * room now, or none that it sees yet. The loan has one holder.
   */
  place(parts: readonly Uint8Array[], length: number, sees: (memory: LentMemory) => boolean): Loan | null
  /** Room for so many bytes, with whatever is in it, in any memory; null: there is none. The loan has one holder. */
  reserve(length: number): Loan | null
  /** Nothing can be placed any more. */
  close(): void
}

interface Segment {
  readonly memory: LentMemory
  readonly blocks: Blocks
}

export interface StoreOptions {
  /** Bytes; 0: nothing is ever lent. */
  readonly most?: number
  /** A folder of a file system in memory. */
  readonly folder?: string
}

export function createStore({ most = MOST, folder = SHARED_FOLDER }: StoreOptions = {}): Store {
  const segments: Segment[] = []
  let left = most

  function grow(length: number): Segment | null {
    const size = Math.max(Math.min(GROWTH, left), Math.ceil(length / UNIT) * UNIT)
    if (size > left || size > freeBytes(folder) * SHARE) return null
    const made = createSharedMemory(size, folder)
    if (made === null) {
      // Asking a full file system again would cost each message as much as it costs to fill it.
      left = 0
      return null
    }
    left -= size
    const blocks = new Blocks(size)
    const segment = { blocks, memory: new LentMemory(made, (offset) => void blocks.give(offset)) }
    segments.push(segment)
    return segment
  }

  function take({ memory, blocks }: Segment, length: number): Loan | null {
    const offset = blocks.take(length)
    return offset < 0 ? null : memory.lend(offset, length)
  }

  function reserve(length: number, sees: (memory: LentMemory) => boolean): Loan | null {
    let unseen = false
    for (const segment of segments) {
      if (!sees(segment.memory)) {
        unseen = true
        continue
      }
      const loan = take(segment, length)
      if (loan !== null) return loan
    }
    // What is shown just now will do for the next message.
    const segment = unseen ? null : grow(length)
    return segment === null || !sees(segment.memory) ? null : take(segment, length)
  }

  return {
    place(parts, length, sees) {
      const loan = reserve(length, sees)
      let at = 0
      if (loan !== null) {
        for (const part of parts) {
          loan.bytes.set(part, at)
          at += part.length
        }
      }
      return loan
    },
    reserve: (length) => reserve(length, () => true),
    close() {
      left = 0
      for (const { memory } of segments.splice(0)) memory.close()
    },
  }
}

/** That of this process: each of its links lends from it. */
export const ownStore: Store = createStore()
