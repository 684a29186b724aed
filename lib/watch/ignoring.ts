/** What a watch passes over: dot files and folders, node_modules, and what a .gitignore names, wherever it stands. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ignore, { type Ignore } from 'ignore'

export interface Ignoring {
  /** `isFolder`: rules may mean folders alone. */
  ignores(file: string, isFolder: boolean): boolean
  /** Reads the rules again when they are next needed. */
  forget(): void
}

/** A .gitignore, and the folder in which it stands. */
interface Rules {
  readonly folder: string
  readonly rules: Ignore
}

/** Rules of the folders from the top of the repository (where .git is) down to the file. */
export function createIgnoring(): Ignoring {
  // Thousands of files are asked for in a row: what holds in a folder is found out once.
  const known = new Map<string, readonly Rules[]>()

  /** Of the folder and those above it. */
  const rulesIn = (folder: string): readonly Rules[] => {
    let found = known.get(folder)
    if (found === undefined) {
      const isTop = folder === path.dirname(folder) || existsSync(path.join(folder, '.git'))
      const above = isTop ? [] : rulesIn(path.dirname(folder))
      const rules = readRules(path.join(folder, '.gitignore'))
      found = rules === null ? above : [...above, { folder, rules }]
      known.set(folder, found)
    }
    return found
  }

  return {
    ignores(file, isFolder) {
      const name = path.basename(file)
      if (name.startsWith('.') || (isFolder && name === 'node_modules')) return true
      const below = isFolder ? '/' : ''
      return rulesIn(path.dirname(file)).some(({ folder, rules }) => rules.ignores(path.relative(folder, file) + below))
    },
    forget: () => known.clear(),
  }
}

function readRules(file: string): Ignore | null {
  try {
    return ignore().add(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
