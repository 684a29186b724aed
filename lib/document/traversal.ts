/** Paths into chunks and matches, as docarray writes them: `@r`, `@c,m`, `@cc`. */
import { XserveError } from '../errors.ts'
import type { Document } from './document.ts'

export type Step = 'chunks' | 'matches'

const STEPS: Readonly<Record<string, Step>> = { c: 'chunks', m: 'matches' }

/** Each path as the steps to go; `r`, the documents themselves, is none. Throws XserveError BAD_ARGUMENT. */
export function pathsOf(text: string): Step[][] {
  return text
    .replace(/^@/, '')
    .split(',')
    .map((path) => stepsOf(path.trim(), text))
}

function stepsOf(path: string, whole: string): Step[] {
  const letters = path.startsWith('r') ? path.slice(1) : path
  const steps = [...letters].map((letter) => (Object.hasOwn(STEPS, letter) ? STEPS[letter]! : undefined))
  if (path === '' || steps.includes(undefined)) {
    throw new XserveError('BAD_ARGUMENT', `${JSON.stringify(whole)} is no path into documents`, {
      hint: 'r = the documents, c = chunks, m = matches: "c", "r,m", "cc"',
    })
  }
  return steps as Step[]
}

/** The documents at the ends of the paths, path after path. Throws XserveError BAD_ARGUMENT. */
export function documentsAt(from: Iterable<Document>, paths: string): Document[] {
  return pathsOf(paths).flatMap((path) => {
    let level = [...from]
    for (const step of path) level = level.flatMap((document) => [...document[step]])
    return level
  })
}
