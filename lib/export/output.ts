/** Files of an export on disk: all of them or none, and never in the place of what somebody else has written. */

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { isYamlName } from '../config/file-names.ts'
import { unwritable } from '../config/unwritable.ts'
import { XserveError } from '../errors.ts'

/** `path` is relative to the folder of the export; its parts are joined by `/`. */
export interface OutputFile {
  readonly path: string
  readonly text: string
}

/** How a file differs from what is there. */
export interface Difference {
  readonly path: string
  readonly kind: 'new' | 'changed' | 'gone'
  /** Lines with `+` and `-` before them. */
  readonly lines: readonly string[]
}

const HEAD = /^# Written by xserve export ([\w-]+): changes are lost with the next one\. sha256:([0-9a-f]{64})\n/

/** With a first line by which a later export knows that the file is its own, and as it was written. */
export function signed(text: string, what: string): string {
  return `# Written by xserve export ${what}: changes are lost with the next one. sha256:${hashOf(text)}\n${text}`
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether a file holds what an export (of that kind) has written, unchanged. Windows may have changed the ends of its lines. */
function isOurs(text: string, what?: string): boolean {
  const unix = text.replaceAll('\r\n', '\n')
  const [head, kind, hash] = HEAD.exec(unix) ?? []
  return head !== undefined && (what === undefined || what === kind) && hashOf(unix.slice(head.length)) === hash
}

export interface WriteOptions {
  /** Also over files that are not ours. */
  readonly force: boolean
  /** Whether what is there is ours, and as it was written. Default: by the first line, which `signed` makes. */
  readonly isOurs?: (content: Uint8Array) => boolean
}

/**
 * Files of an earlier export that this one has not any more are removed; all others stay. Throws XserveError BAD_ARGUMENT for a
 * file in the way or a folder that cannot be written to, and then nothing has changed.
 */
export function writeFolder(folder: string, files: readonly OutputFile[], options: WriteOptions): void {
  const wanted = new Set(files.map((file) => path.join(folder, file.path)))
  for (const file of wanted) refuseForeign(file, options)
  const stale = oursIn(folder).filter((file) => !wanted.has(file))
  writeAll(files.map((file) => [path.join(folder, file.path), file.text]))
  for (const file of stale) {
    rmSync(file)
    const parent = path.dirname(file)
    if (parent !== folder && readdirSync(parent).length === 0) rmdirSync(parent)
  }
}

/** Throws XserveError BAD_ARGUMENT, as above. */
export function writeFile(file: string, content: string | Uint8Array, options: WriteOptions): void {
  refuseForeign(file, options)
  writeAll([[file, content]])
}

const isSigned = (content: Uint8Array): boolean => isOurs(Buffer.from(content).toString('utf8'))

function refuseForeign(file: string, { force, isOurs: isOwn = isSigned }: WriteOptions): void {
  // Not so below a file either: there the writing fails, and tells why.
  if (!existsSync(file)) return
  if (!statSync(file).isFile()) throw new XserveError('BAD_ARGUMENT', `${file} is no file: it cannot be written`)
  if (force || isOwn(readFileSync(file))) return
  throw new XserveError('BAD_ARGUMENT', `${file} is there, and not as an export has written it: it is left alone`, {
    hint: 'move it away, choose another place, or write over it with --force',
  })
}

/** Drafts first, which then take their places: a full disk leaves what was there. */
function writeAll(files: readonly (readonly [file: string, content: string | Uint8Array])[]): void {
  const drafts: [string, string][] = []
  const made: string[] = []
  try {
    for (const [file, content] of files) {
      const top = mkdirSync(path.dirname(file), { recursive: true })
      if (top !== undefined) made.push(top)
      const draft = `${file}.${process.pid}.tmp`
      drafts.push([draft, file])
      writeFileSync(draft, content)
    }
    for (const [draft, file] of drafts) renameSync(draft, file)
  } catch (error) {
    for (const [draft] of drafts) rmSync(draft, { force: true })
    for (const folder of made.toReversed()) removeEmpty(folder)
    throw unwritable('the export', error)
  }
}

function removeEmpty(folder: string): void {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(path.join(folder, entry.name))
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/** Manifests that an earlier export has written there, in the folder and those right in it. */
function oursIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name))
  return [folder, ...inside].flatMap((one) =>
    readdirSync(one)
      .filter(isYamlName)
      .map((name) => path.join(one, name))
      .filter((file) => statSync(file).isFile() && isOurs(readFileSync(file, 'utf8'), 'kubernetes')),
  )
}

/** What writing would change. Files of others in the folder are no difference; `alone`: neither are those of other exports. */
export function differences(folder: string, files: readonly OutputFile[], alone = false): Difference[] {
  const wanted = new Map(files.map((file) => [path.join(folder, file.path), file]))
  const told = [...wanted].flatMap(([file, { path: name, text }]): Difference[] => {
    const before = existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : null
    if (before === text) return []
    return [{ path: name, kind: before === null ? 'new' : 'changed', lines: changedLines(before ?? '', text) }]
  })
  const gone = (alone ? [] : oursIn(folder)).filter((file) => !wanted.has(file))
  return [...told, ...gone.map((file): Difference => ({ path: path.relative(folder, file), kind: 'gone', lines: [] }))]
}

/** Along a longest common subsequence; the first line, which is a checksum, is nobody's change. */
function changedLines(before: string, after: string): string[] {
  const linesOf = (text: string) => text.replace(HEAD, '').split('\n').slice(0, -1)
  const [a, b] = [linesOf(before), linesOf(after)]
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
    }
  }
  const out: string[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1]
    else if (j >= b.length || (i < a.length && longest[i + 1]![j]! >= longest[i]![j + 1]!)) out.push(`-${a[i++]}`)
    else out.push(`+${b[j++]}`)
  }
  return out
}
