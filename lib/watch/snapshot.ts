/** What files are now, compared with what they were: by content, and read only when their times say so. */
import { readFileSync, type Stats, statSync } from 'node:fs'

interface Known {
  /** Changes with every write, and with every other file that takes the name. */
  readonly stamp: string
  /** null: there is no such file; '': it is empty. */
  readonly content: string | null
}

/** Larger files are told apart by their times alone. */
const MAX_HASHED_BYTES = 32 * 1024 * 1024

export interface Comparison {
  readonly changed: readonly string[]
  /** Of these, what is missing or empty and was not: perhaps only for a moment, while it is being saved. */
  readonly unsettled: readonly string[]
}

export class Snapshot {
  readonly #known = new Map<string, Known>()

  /** Takes files as they are now; those that are known already stay as they were. */
  add(files: Iterable<string>): void {
    for (const file of files) if (!this.#known.has(file)) this.#known.set(file, read(file, undefined))
  }

  /** Others are of no interest any more. */
  keepOnly(files: ReadonlySet<string>): void {
    for (const file of this.#known.keys()) if (!files.has(file)) this.#known.delete(file)
  }

  /** Files that differ from what is known, those that are gone among them. */
  compare(files: ReadonlySet<string>): Comparison {
    const changed: string[] = []
    const unsettled: string[] = []
    for (const file of new Set([...files, ...this.#known.keys()])) {
      const before = this.#known.get(file)
      const now = read(file, before)
      if (now.content === (before?.content ?? null)) {
        if (before && now !== before) this.#known.set(file, now)
        if (!files.has(file)) this.#known.delete(file)
        continue
      }
      changed.push(file)
      if (!now.content && before?.content) unsettled.push(file)
    }
    return { changed, unsettled }
  }

  /** Takes these as they are now, so that they differ no more. */
  accept(files: readonly string[]): void {
    for (const file of files) this.#known.set(file, read(file, undefined))
  }
}

function read(file: string, before: Known | undefined): Known {
  let stats: Stats | undefined
  try {
    stats = statSync(file, { throwIfNoEntry: false })
  } catch {
    stats = undefined
  }
  if (!stats?.isFile()) return before?.content === null ? before : { stamp: '', content: null }
  const stamp = `${stats.dev}:${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}`
  if (before?.stamp === stamp) return before
  if (stats.size > MAX_HASHED_BYTES) return { stamp, content: stamp }
  try {
    const bytes = readFileSync(file)
    return { stamp, content: bytes.length === 0 ? '' : `${bytes.length}:${Bun.hash(bytes)}` }
  } catch {
    return { stamp: '', content: null }
  }
}
