/**
 * What the two ends of a link lend each other: which memory of the one the other sees, what it has of it, and what comes
 * back. A reader that needs a message for longer than a look takes its own copy, or keeps the loan.
 */
import { Kind } from '../frame.ts'
import { decodeNumbers, decodePlace, encodeNumbers, encodePlace, wrong } from './frames.ts'
import { LentMemory, type Loan } from './loan.ts'
import { openSharedMemory, openToPassOn } from './shared-memory.ts'

export interface LendingOptions {
  /** What comes from the other end may be lent to others: they open its memory by a descriptor of this process. */
  readonly passesOn: boolean
  send(kind: Kind, payload: Uint8Array): void
  /** The same with whatever is sent next: what is free again is needed with the next message at the earliest. */
  sendAlong(kind: Kind, payload: Uint8Array): void
}

export interface Lending {
  /** Whether the other end sees the memory. Asking shows it. */
  sees(memory: LentMemory): boolean
  /** A loan goes to the other end, which holds it until it gives it back. */
  lend(loan: Loan): void
  /** A part of the other end's memory, for a look: `giveBack` follows. Raises XserveError INTERNAL for what cannot be one. */
  look(id: number, offset: number, length: number): Uint8Array
  giveBack(id: number, offset: number): void
  /** A part of the other end's memory that is kept: it goes back when its last holder releases it. Raises as `look`. */
  borrow(id: number, offset: number, length: number): Loan
  /** The other end shows memory. */
  shown(payload: Uint8Array): void
  /** It sees ours, or cannot. */
  seen(payload: Uint8Array): void
  unshown(payload: Uint8Array): void
  cameBack(payload: Uint8Array): void
  /** The other end is gone, with all that it holds. */
  close(): void
}

/** Memory that the other end has been shown. */
interface Showing {
  readonly memory: LentMemory
  isSeen: boolean
  /** What it holds, and how often. */
  readonly held: Map<Loan, number>
}

export function createLending({ passesOn, send, sendAlong }: LendingOptions): Lending {
  const ours = new Map<number, Showing>()
  const theirs = new Map<number, LentMemory>()

  const hide = (memory: LentMemory): void => {
    releaseAll(ours.get(memory.id)!)
    ours.delete(memory.id)
    send(Kind.unshow, encodeNumbers(memory.id))
  }

  function show(memory: LentMemory): void {
    ours.set(memory.id, { memory, isSeen: false, held: new Map() })
    memory.watch(hide)
    send(Kind.show, encodePlace(memory.path, memory.id, memory.bytes.length))
  }

  const giveBack = (id: number, offset: number): void => sendAlong(Kind.back, encodeNumbers(id, offset))

  function open(id: number, size: number, path: string): LentMemory | null {
    const over = (offset: number): void => giveBack(id, offset)
    if (!passesOn) {
      const bytes = openSharedMemory(path, size)
      return bytes === null ? null : new LentMemory({ bytes, path: '', hide() {} }, over)
    }
    const memory = openToPassOn(path, size)
    return memory === null ? null : new LentMemory(memory, over)
  }

  function memoryOf(id: number): LentMemory {
    const memory = theirs.get(id)
    if (memory === undefined) throw wrong(`a loan from memory ${id}, which is not shown`)
    return memory
  }

  return {
    sees(memory) {
      const showing = ours.get(memory.id)
      if (showing === undefined && !memory.isClosed) show(memory)
      return showing?.isSeen === true
    },
    lend(loan) {
      const { held } = ours.get(loan.memory.id)!
      loan.hold()
      held.set(loan, (held.get(loan) ?? 0) + 1)
    },
    look(id, offset, length) {
      const { bytes } = memoryOf(id)
      if (offset + length > bytes.length) throw wrong(`${length} bytes at ${offset} of ${bytes.length} that are shown`)
      return bytes.subarray(offset, offset + length)
    },
    giveBack,
    borrow(id, offset, length) {
      const loan = memoryOf(id).lend(offset, length)
      if (loan === null) throw wrong(`a loan of ${length} bytes at ${offset}, where none can be`)
      return loan
    },
    shown(payload) {
      const { path, values } = decodePlace(payload, 2)
      const [id, size] = values as [number, number]
      if (theirs.has(id)) throw wrong(`memory ${id} a second time`)
      const memory = open(id, size, path)
      if (memory !== null) theirs.set(id, memory)
      send(Kind.seen, encodeNumbers(id, memory === null ? 0 : 1))
    },
    seen(payload) {
      const [id, answer] = decodeNumbers(payload, 2)
      const showing = ours.get(id!)
      // Else it was closed while the answer was on its way.
      if (showing !== undefined) showing.isSeen = answer === 1
    },
    unshown(payload) {
      const [id] = decodeNumbers(payload, 1)
      theirs.get(id!)?.close()
      theirs.delete(id!)
    },
    cameBack(payload) {
      const [id, offset] = decodeNumbers(payload, 2)
      const showing = ours.get(id!)
      // Else the memory is closed: nothing of it is lent again.
      if (showing === undefined) return
      const loan = showing.memory.loanAt(offset!)
      const count = loan === undefined ? undefined : showing.held.get(loan)
      if (count === undefined) throw wrong(`a loan back at ${offset}, where none was given`)
      if (count === 1) showing.held.delete(loan!)
      else showing.held.set(loan!, count - 1)
      loan!.release()
    },
    close() {
      for (const showing of ours.values()) {
        showing.memory.unwatch(hide)
        releaseAll(showing)
      }
      ours.clear()
      for (const memory of theirs.values()) memory.close()
      theirs.clear()
    },
  }
}

function releaseAll({ held }: Showing): void {
  for (const [loan, count] of held) for (let n = 0; n < count; n++) loan.release()
  held.clear()
}
