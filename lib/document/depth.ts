/** How deep documents may be nested in each other: beyond, neither reading nor writing may run out of stack. */
import { XserveError } from '../errors.ts'

/** Deeper chunks and matches are neither written nor told: protobuf's readers end there, too. */
export const MAX_DEPTH = 100

/** The error for documents that are nested deeper. */
export function tooDeep(): XserveError {
  return new XserveError('BAD_DOCUMENT', `documents are nested deeper than ${MAX_DEPTH}, or contain themselves`)
}

let depth = 0

/** Runs what may come back here for what is nested one level deeper. Throws XserveError BAD_DOCUMENT. */
export function oneDeeper<T>(work: () => T): T {
  if (depth === MAX_DEPTH) throw tooDeep()
  depth++
  try {
    return work()
  } finally {
    depth--
  }
}
