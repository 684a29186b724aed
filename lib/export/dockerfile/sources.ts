/** The files that an executor is made of: its project's folder with what is installed there, without what is nobody's business. */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** Histories and secrets stay where they are. */
const NEVER = /^(?:\.git|\.hg|\.svn|\.DS_Store|\.env(?:\..+)?|\.npmrc|\.netrc)$/

/** Where imports and packages are looked for: the nearest folder with a package.json, else that of the executor. */
export function projectOf(file: string): string {
  const own = path.dirname(file)
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder
    if (folder === path.dirname(folder) || existsSync(path.join(folder, '.git'))) return own
  }
}

export interface Copied {
  /** Of paths and contents: equal sources, equal text. */
  readonly hash: string
  readonly files: number
}

/**
 * Copies what `.dockerignore` of the project does not leave out. Links within the project stay links; what is linked from
 * elsewhere is copied. `without`: a folder that is not copied, absolute.
 */
export function copySources(project: string, to: string, without: string): Copied {
  const root = realpathSync(project)
  const rules = readRules(path.join(project, '.dockerignore'))
  const hash = createHash('sha256')
  let files = 0

  const copy = (from: string, relative: string, linked: readonly string[]): void => {
    const name = path.basename(relative)
    if (NEVER.test(name) || path.resolve(from) === without) return
    const found = lstatSync(from)
    const isFolder = found.isDirectory()
    if (relative !== '' && rules?.ignores(isFolder ? `${relative}/` : relative)) return
    const target = path.join(to, relative)
    if (found.isSymbolicLink()) copyLink(from, relative, target, linked)
    else if (isFolder) {
      mkdirSync(target, { recursive: true })
      for (const entry of readdirSync(from).sort())
        copy(path.join(from, entry), path.posix.join(relative, entry), linked)
    } else if (found.isFile()) {
      files++
      hash.update(`${relative}\0${found.mode & 0o111}\0`).update(readFileSync(from))
      copyFileSync(from, target)
    }
  }

  const copyLink = (from: string, relative: string, target: string, linked: readonly string[]): void => {
    // One that leads nowhere is of no use there either.
    if (!existsSync(from)) return
    const real = realpathSync(from)
    if (real === root || real.startsWith(root + path.sep)) {
      const text = path.isAbsolute(readlinkSync(from))
        ? path.relative(realpathSync(path.dirname(from)), real)
        : readlinkSync(from)
      hash.update(`${relative}\0→${text}\0`)
      symlinkSync(text, target)
      return
    }
    // Round and round it goes otherwise.
    if (!linked.includes(real)) copy(real, relative, [...linked, real])
  }

  copy(root, '', [])
  return { hash: hash.digest('hex'), files }
}

function readRules(file: string): Ignore | null {
  return existsSync(file) ? ignore().add(readFileSync(file, 'utf8')) : null
}
