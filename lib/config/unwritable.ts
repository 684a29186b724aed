/** Files and folders that cannot be written. */
import { XserveError } from '../errors.ts'

/** `what`: the file, or `the export`. In the system's words, which name the very file where it failed. */
export function unwritable(what: string, cause: unknown): XserveError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new XserveError('BAD_ARGUMENT', `${what} cannot be written: ${why}`, { cause })
}
