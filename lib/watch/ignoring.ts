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

/** Rules of the folders from the top of the repository (where .git is) down to the file. */
export function createIgnoring(): Ignoring {
  const rules = new Map<string, Ignore | null>()

  const rulesOf = (folder: string): Ignore | null => {
    let found = rules.get(folder)
    if (found === undefined) rules.set(folder, (found = readRules(path.join(folder, '.gitignore'))))
    return found
  }

  return {
    ignores(file, isFolder) {
      const name = path.basename(file)
      if (name.startsWith('.') || (isFolder && name === 'node_modules')) return true
      for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
        const relative = path.relative(folder, file) + (isFolder ? '/' : '')
        if (rulesOf(folder)?.ignores(relative)) return true
        if (folder === path.dirname(folder) || existsSync(path.join(folder, '.git'))) return false
      }
    },
    forget: () => rules.clear(),
  }
}

function readRules(file: string): Ignore | null {
  try {
    return ignore().add(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
