/** Errors as the status that a caller sees. */
import { isTellable } from '../../errors.ts'

/** grpc-status and grpc-message. */
export interface CallStatus {
  readonly code: number
  readonly details: string
}

/** Bytes of grpc-message after percent-encoding: callers refuse header blocks of more than 8 KiB. */
const LONGEST_DETAILS = 4096
const INTERNAL = 13

/**
 * What callers may not read is masked (`isTellable`), and `report` is told of it.
 */
export function toCallStatus(error: unknown, report?: (error: unknown) => void): CallStatus {
  if (isTellable(error)) return { code: error.grpcStatus, details: shorten(error.message) }
  report?.(error)
  return { code: INTERNAL, details: 'internal error; the log of the server says more' }
}

/** Text that can be sent: half surrogates have no UTF-8. */
function shorten(text: string): string {
  const sound = text.toWellFormed()
  const { length } = encodeURI(sound)
  if (length <= LONGEST_DETAILS) return sound
  return `${sound.slice(0, Math.floor((sound.length * LONGEST_DETAILS) / length)).toWellFormed()}…`
}
