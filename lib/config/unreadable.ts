/** Why a file cannot be read, in words for whoever named it, and which files may have been meant. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

const MOST_NAMES = 10

/** Completes `FILE cannot be read: …`. */
export function whyUnreadable(file: string, error: unknown): string {
  if (isFolder(file)) return 'it is a folder'
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : (new Error(String(error)) as NodeJS.ErrnoException)
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it'
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return message
  const folder = path.dirname(file)
  return isFolder(folder) ? 'there is no such file' : `there is no folder ${folder}`
}

/** Of the files in the folder of one that is not there: those that could stand in its place, as a hint. */
export function whatIsThere(file: string, isAlike: (name: string) => boolean, kind: string): string | undefined {
  const folder = path.dirname(file)
  if (!isFolder(folder)) return undefined
  const alike = readdirSync(folder).filter(isAlike).sort().slice(0, MOST_NAMES)
  return alike.length === 0 ? `${folder} has no ${kind}` : `in ${folder} are: ${alike.join(', ')}`
}

export const isFile = (file: string): boolean => statOf(file)?.isFile() === true
export const isFolder = (folder: string): boolean => statOf(folder)?.isDirectory() === true

/** null: nothing is there that could be looked at, or no system has such a name (too long, a NUL). */
function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
