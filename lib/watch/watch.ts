/**
 * Tells which files have really changed, however they are saved. Every event of the system is only a hint to look: folders are
 * watched, not files, and what counts is the content. Knows nothing of executors.
 */

import { type FSWatcher, realpathSync, statSync, watch as watchFolder } from 'node:fs'
import path from 'node:path'
import { isModuleName } from '../config/file-names.ts'
import { timerMs } from '../within.ts'
import { createIgnoring } from './ignoring.ts'
import { Snapshot } from './snapshot.ts'
import { type Listing, listSources } from './sources.ts'

export interface WatchSet {
  /** Absolute; source files in them and below count, new ones too. */
  readonly folders: readonly string[]
  /** Absolute; count wherever they are, whatever they are, whether they are there or not. */
  readonly files: readonly string[]
}

export interface WatchOptions {
  /** Milliseconds of the epoch: a file that was written after it counts as changed. Default: only what is written from now on. */
  readonly since?: number
  /** Looks so often instead of waiting for events, in milliseconds. For folders whose changes the system does not tell. */
  readonly pollMs?: number | undefined
  /** So long nothing more may come before a change is told, in milliseconds. Default 4. */
  readonly quietMs?: number
  /** Told once when the system has no more watches to give, and it goes on by looking. */
  readonly warn: (text: string) => void
  /** In place of the system's, for tests. */
  readonly watchFolder?: typeof watchFolder
}

export interface Watch {
  /** Files whose change would be told. */
  readonly files: readonly string[]
  /** What is looked at from now on. A file that joins counts as it is now, or as changed when it was written after `since`. */
  update(set: WatchSet, since?: number): void
  close(): void
}

const QUIET_MS = 4
/** What comes so soon after a batch, of one file or of several, belongs to the same burst: its end is waited for with more patience. */
const BURST_MS = { ofOne: 100, ofSeveral: 300 } as const
const BURST_QUIET_MS = 40
/** A burst is waited for no longer than this; when it goes on after that, to the second limit. */
const MOST_MS = 100
const MOST_OF_LONG_BURST_MS = 2000
/** A file that is missing or empty may be on its way to be saved. */
const SETTLE_MS = 100
const LOOK_AGAIN_MS = 10
/** Bun swallows an event that comes within a millisecond of another, so what was looked at is once looked at again. */
const DOUBT_MS = 20
/** How often is looked where there are no watches left. */
const FALLBACK_POLL_MS = 300

/** A folder that is watched, and which one it was: another may take its name. */
interface Watched {
  readonly watcher: FSWatcher
  readonly identity: string
}

/** `changed` gets absolute paths: of a burst of saves all in one. */
export function createWatch(set: WatchSet, options: WatchOptions, changed: (files: readonly string[]) => void): Watch {
  const { quietMs = QUIET_MS, watchFolder: open = watchFolder } = options
  const ignoring = createIgnoring()
  const snapshot = new Snapshot()
  const watchers = new Map<string, Watched>()
  let { folders, files } = set
  let listing: Listing = { folders: new Set(), files: new Set() }
  /** Files to look at; null: at all, new ones too, which takes a thousand times longer in a large project. */
  let hinted: Set<string> | null = new Set()
  let timer: Timer | undefined
  let doubt: Timer | undefined
  const doubted = new Set<string>()
  let poll: Timer | undefined
  let began = 0
  /** Whether a burst goes on of which some has been told already. */
  let goesOn = false
  let burstUntil = 0
  let unsettledSince = 0
  let closed = false

  const list = (): void => {
    ignoring.forget()
    listing = { folders: new Set(), files: new Set(files) }
    for (const folder of folders) listSources(folder, ignoring, listing)
    if (options.pollMs === undefined && poll === undefined) watchAll()
  }

  /** Folders of single files, too: of the links on their way and of where they lead. */
  const watchAll = (): void => {
    const wanted = new Set(listing.folders)
    for (const file of files) for (const folder of foldersOf(file)) wanted.add(folder)
    for (const [folder, { watcher, identity }] of watchers) {
      if (wanted.has(folder) && identity === identityOf(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of wanted) if (!watchers.has(folder) && poll === undefined) watchOne(folder)
  }

  const watchOne = (folder: string): void => {
    try {
      const identity = identityOf(folder)
      const watcher = open(folder, (_, name) => hint(folder, name))
      watcher.on('error', () => lost(folder, watcher))
      watchers.set(folder, { watcher, identity })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EMFILE' || code === 'ENFILE') fallBack(code)
      // Anything else: the folder has just gone, or never was; its parent tells when it comes.
    }
  }

  const lost = (folder: string, watcher: FSWatcher): void => {
    if (watchers.get(folder)?.watcher !== watcher) return
    watchers.delete(folder)
    watcher.close()
    hinted = null
    look()
  }

  const fallBack = (code: string): void => {
    for (const { watcher } of watchers.values()) watcher.close()
    watchers.clear()
    poll = setInterval(scanAll, FALLBACK_POLL_MS)
    options.warn(
      `the system has no more watches to give (${code}): looking for changes every ${FALLBACK_POLL_MS} ms instead`,
    )
  }

  /** What can have no say is passed over: a log that is written on and on must not keep us busy. */
  const hint = (folder: string, name: string | null): void => {
    const file = path.join(folder, name ?? '')
    if (name !== null && listing.files.has(file)) hinted?.add(file)
    else if (name === null || mayMatter(name)) hinted = null
    else return
    look()
  }

  /** A new source file, a folder, a link on the way to a file (Kubernetes changes `..data`), or where one leads. */
  const mayMatter = (name: string): boolean =>
    path.extname(name) === '' ||
    isModuleName(name) ||
    name.startsWith('..') ||
    files.some((one) => path.basename(one) === name) ||
    [...listing.folders].some((one) => path.basename(one) === name)

  const look = (): void => {
    if (closed) return
    const now = performance.now()
    if (timer === undefined) {
      goesOn = now < burstUntil
      began = now
    }
    const quiet = goesOn ? Math.max(quietMs, BURST_QUIET_MS) : quietMs
    if (now - began + quiet > (goesOn ? MOST_OF_LONG_BURST_MS : MOST_MS) && timer !== undefined) return
    clearTimeout(timer)
    timer = setTimeout(lookNow, quiet)
  }

  const lookNow = (): void => {
    timer = undefined
    scan()
  }

  const scanAll = (): void => {
    hinted = null
    scan()
  }

  const scan = (isSecond = false): void => {
    if (closed) return
    if (hinted === null) list()
    const found = hinted === null ? snapshot.compareAll(listing.files) : snapshot.compare(hinted)
    const now = performance.now()
    if (found.unsettled.length === 0) unsettledSince = 0
    else {
      if (unsettledSince === 0) unsettledSince = now
      if (now - unsettledSince < SETTLE_MS) {
        clearTimeout(timer)
        timer = setTimeout(lookNow, LOOK_AGAIN_MS)
        return
      }
      unsettledSince = 0
    }
    if (!isSecond || found.changed.length > 0) lookTwice(hinted ?? found.changed)
    hinted = new Set()
    if (found.changed.length === 0) return
    snapshot.accept(found.changed)
    burstUntil = now + (found.changed.length > 1 ? BURST_MS.ofSeveral : BURST_MS.ofOne)
    changed([...found.changed].sort())
  }

  const lookTwice = (looked: Iterable<string>): void => {
    if (poll !== undefined) return
    for (const file of looked) doubted.add(file)
    if (doubted.size === 0) return
    clearTimeout(doubt)
    doubt = setTimeout(() => {
      for (const file of doubted) hinted?.add(file)
      doubted.clear()
      // A look that waits for quiet will do.
      if (timer === undefined) scan(true)
    }, DOUBT_MS)
  }

  const join = (joining: Iterable<string>, since?: number): void => {
    if (!snapshot.add(joining, since)) return
    hinted = null
    look()
  }

  list()
  join(listing.files, options.since)
  if (options.pollMs !== undefined) poll = setInterval(scanAll, timerMs(options.pollMs))

  return {
    get files() {
      return [...listing.files].sort()
    },
    update(next, since) {
      // Most changes of code change no imports, and to list a large project takes its time.
      if (isSame(folders, next.folders) && isSame(files, next.files)) return
      folders = next.folders
      files = next.files
      const before = listing.files
      list()
      snapshot.keepOnly(listing.files)
      join(
        [...listing.files].filter((file) => !before.has(file)),
        since,
      )
    },
    close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(doubt)
      clearInterval(poll)
      for (const { watcher } of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && new Set([...some, ...others]).size === some.length

/** Tells a folder from another that has taken its name, be it by deletion or by another target of a link. */
function identityOf(folder: string): string {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : ''
}

/** The folder of a file, and those of what its links lead to. */
function foldersOf(file: string): Set<string> {
  const folders = new Set([path.dirname(file)])
  try {
    folders.add(path.dirname(realpathSync(file)))
  } catch {
    // It is not there yet; its folder tells when it comes.
  }
  return folders
}
