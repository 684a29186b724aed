/** How a WebSocket that still owed answers ended, as an XserveError. */

import { type ErrorCode, XserveError } from '../../errors.ts'
import * as closeCode from '../../wire/close-code.ts'
import { unreachable } from './http-error.ts'

/** How the server may close (RFC 6455 §7.4.1, Jina facts §2.6); any other way is UNAVAILABLE. */
const CLOSE_CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  [closeCode.WRONG_FRAME]: 'BAD_REQUEST',
  [closeCode.INVALID_DATA]: 'BAD_REQUEST',
  [closeCode.REFUSED]: 'BAD_REQUEST',
  [closeCode.TOO_BIG]: 'TOO_LARGE',
}

export function closedEarly(address: string, code: number, reason: string): XserveError {
  const what = code === closeCode.ABNORMAL ? 'the connection broke' : `it closed the WebSocket with ${code}`
  return new XserveError(
    CLOSE_CODES[code] ?? 'UNAVAILABLE',
    `${address}: ${what}${reason ? `: ${reason}` : ''} before all was answered`,
    { where: address, ...(code === closeCode.TOO_BIG ? { hint: 'send fewer documents in one request' } : {}) },
  )
}

export const cancelled = (address: string): XserveError =>
  new XserveError('CANCELLED', 'the call was cancelled', { where: address })

export const tooLate = (address: string, ms: number, isConnected: boolean): XserveError =>
  isConnected
    ? new XserveError('DEADLINE', `${address} did not answer within ${ms} ms`, { where: address })
    : unreachable(address, `no connection within ${ms} ms`, null)
