/** The source files below a folder, by their names (data has others: an executor that writes some is not to reload itself), and the folders that they may be in. */

import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { isModuleName } from '../config/file-names.ts'
import type { Ignoring } from './ignoring.ts'

export interface Listing {
  readonly folders: Set<string>
  readonly files: Set<string>
}

/** Adds what is below `folder`, symbolic links followed, each real folder once. A folder that is not there has nothing. */
export function listSources(folder: string, ignoring: Ignoring, into: Listing): void {
  if (into.folders.has(folder)) return
  let entries: ReturnType<typeof readEntries>
  try {
    entries = readEntries(folder)
  } catch {
    return
  }
  into.folders.add(folder)
  for (const entry of entries) {
    const file = path.join(folder, entry.name)
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(file))
    if (isFolder) {
      if (!ignoring.ignores(file, true) && !isWithin(folder, file)) listSources(file, ignoring, into)
    } else if (isModuleName(entry.name) && !ignoring.ignores(file, false)) into.files.add(file)
  }
}

const readEntries = (folder: string) => readdirSync(folder, { withFileTypes: true })

function leadsToFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
}

/** A link that leads back above itself has no end. */
function isWithin(folder: string, link: string): boolean {
  const target = statSync(link, { throwIfNoEntry: false })
  for (let above = folder; ; above = path.dirname(above)) {
    const one = statSync(above, { throwIfNoEntry: false })
    if (target && one && target.ino === one.ino && target.dev === one.dev) return true
    if (above === path.dirname(above)) return false
  }
}
