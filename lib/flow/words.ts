/** What is said of live change: of an executor's own error by the log in whole, by `_status` and `xserve ping` in one line. */
import type { XserveError } from '../errors.ts'

/** Place, message and code. */
export function placed(error: XserveError): string {
  const { where } = error.details
  return `${where === undefined || error.message.includes(where) ? '' : `${where}: `}${error.message} [${error.code}]`
}

/** The same, with the line of the source or the stack below it. */
export function describe(error: XserveError): string {
  const { cause } = error.details
  return typeof cause === 'string' && cause !== '' ? `${placed(error)}\n${cause}` : placed(error)
}

/** Paths as the documentation shows them in the log. */
export const quoted = (files: readonly string[]): string => files.map((file) => `'${file}'`).join(', ')

/** A fault of ours, with its place: callers see it masked, so the operator must see it whole. */
export const faultText = (error: unknown): string =>
  `internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`
