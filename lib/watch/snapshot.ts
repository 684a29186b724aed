/** What files are now, compared with what they were: by content, and read only when their times say so. */
import { readFileSync, type Stats, statSync } from 'node:fs'

interface Known {
  /** Changes with every write, and with every other file that takes the name; '' tells nothing. */
  readonly stamp: string
  /** null: there is no such file; '': it is empty. */
  readonly content: string | null
}

/** Larger files are told apart by their times alone. */
const MAX_HASHED_BYTES = 32 * 1024 * 1024

/** The system's clock for files stands still for up to 10 ms: until then a stamp says nothing of a later write. */
const FRESH_MS = 50

/** Content that no file has: whatever is there by now is a change. */
const UNSEEN: Known = { stamp: '', content: 'unseen' }

export interface Comparison {
  readonly changed: readonly string[]
  /** Of these, what is missing or empty and was not: perhaps only for a moment, while it is being saved. */
  readonly unsettled: readonly string[]
}

export class Snapshot {
  readonly #known = new Map<string, Known>()

  /**
   * Takes files as they are now; those that are known already stay as they were. One that was written after `since`
   * (milliseconds of the epoch) counts as changed: what it was before nobody has seen. Returns whether there is such a one.
   */
  add(files: Iterable<string>, since = Number.POSITIVE_INFINITY): boolean {
    let written = false
    for (const file of files) {
      if (this.#known.has(file)) continue
      const isWritten = writtenMs(file) > since
      written ||= isWritten
      this.#known.set(file, isWritten ? UNSEEN : read(file, undefined))
    }
    return written
  }

  /** Others are of no interest any more. */
  keepOnly(files: ReadonlySet<string>): void {
    for (const file of this.#known.keys()) if (!files.has(file)) this.#known.delete(file)
  }

  /** Of `files` those that differ from what is known, missing ones among them. */
  compare(files: Iterable<string>): Comparison {
    const changed: string[] = []
    const unsettled: string[] = []
    for (const file of files) {
      const before = this.#known.get(file)
      const now = read(file, before)
      if (now.content === (before?.content ?? null)) {
        if (before && now !== before) this.#known.set(file, now)
        continue
      }
      changed.push(file)
      if (!now.content && before?.content) unsettled.push(file)
    }
    return { changed, unsettled }
  }

  /** The same for `files` and for all that were known and are not among them any more. */
  compareAll(files: ReadonlySet<string>): Comparison {
    const found = this.compare(new Set([...files, ...this.#known.keys()]))
    const changed = new Set(found.changed)
    for (const file of this.#known.keys()) if (!files.has(file) && !changed.has(file)) this.#known.delete(file)
    return found
  }

  /** Takes these as they are now, so that they differ no more. */
  accept(files: readonly string[]): void {
    for (const file of files) this.#known.set(file, read(file, undefined))
  }
}

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Of its content or, where another file took the name, of that. */
function writtenMs(file: string): number {
  const stats = statsOf(file)
  return stats ? Math.max(stats.mtimeMs, stats.ctimeMs) : 0
}

function read(file: string, before: Known | undefined): Known {
  const stats = statsOf(file)
  if (!stats?.isFile()) return before?.content === null ? before : { stamp: '', content: null }
  const isFresh = Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) < FRESH_MS
  const stamp = isFresh ? '' : `${stats.dev}:${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}`
  if (!isFresh && before?.stamp === stamp) return before
  if (stats.size > MAX_HASHED_BYTES) return { stamp, content: `${stats.ino}:${stats.mtimeMs}:${stats.size}` }
  try {
    const bytes = readFileSync(file)
    return { stamp, content: bytes.length === 0 ? '' : `${bytes.length}:${Bun.hash(bytes)}` }
  } catch {
    return { stamp: '', content: null }
  }
}
