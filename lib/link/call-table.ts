/**
 * Open calls by number. Numbers only rise, so their low bits are slots enough: no hashing on the way of a message, and
 * an answer that comes too late never meets another call, since the whole number is compared.
 */
import { MAX_CALL } from './frame.ts'

export interface CallTable<T extends { readonly number: number }> {
  add(entry: T): void
  get(number: number): T | undefined
  remove(entry: T): void
  /** The next number of this end that no open call has. */
  next(): number
  /** A copy, for closing. */
  all(): T[]
  readonly size: number
}

const FIRST_SLOTS = 256

/** `first` is the smallest number that this end opens; the others follow in steps of two. */
export function createCallTable<T extends { readonly number: number }>(first: number): CallTable<T> {
  let slots: (T | undefined)[] = new Array<T | undefined>(FIRST_SLOTS).fill(undefined)
  let mask = FIRST_SLOTS - 1
  let size = 0
  let last = first - 2
  // Entries whose slot an older call still holds.
  const crowded = new Map<number, T>()

  function get(number: number): T | undefined {
    const entry = slots[(number >>> 1) & mask]
    if (entry !== undefined && entry.number === number) return entry
    return crowded.size === 0 ? undefined : crowded.get(number)
  }

  function place(entry: T): void {
    const slot = (entry.number >>> 1) & mask
    if (slots[slot] === undefined) slots[slot] = entry
    else crowded.set(entry.number, entry)
  }

  function all(): T[] {
    const entries = [...crowded.values()]
    for (const entry of slots) if (entry !== undefined) entries.push(entry)
    return entries
  }

  function grow(): void {
    const entries = all()
    slots = new Array<T | undefined>(slots.length * 2).fill(undefined)
    mask = slots.length - 1
    crowded.clear()
    for (const entry of entries) place(entry)
  }

  return {
    add(entry) {
      if (size >= slots.length >>> 1) grow()
      place(entry)
      size++
    },
    get,
    remove(entry) {
      const slot = (entry.number >>> 1) & mask
      if (slots[slot] === entry) {
        slots[slot] = undefined
        size--
      } else if (crowded.delete(entry.number)) {
        size--
      }
    },
    next() {
      do last = last > MAX_CALL - 2 ? first : last + 2
      while (get(last) !== undefined)
      return last
    },
    all,
    get size() {
      return size
    },
  }
}
