/** How a WebSocket that still owed answers ended, as an XserveError. */
import { type ErrorCode, XserveError } from '../../errors.ts'
import { unreachable } from './http-error.ts'

/** How the server may close (RFC 6455 §7.4.1, Jina facts §2.6); any other way is UNAVAILABLE. */
const CLOSE_CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  1003: 'BAD_REQUEST',
  1007: 'BAD_REQUEST',
  1008: 'BAD_REQUEST',
  1009: 'TOO_LARGE',
}

export function closedEarly(address: string, code: number, reason: string): XserveError {
  const what = code === 1006 ? 'the connection broke' : `it closed the WebSocket with ${code}`
  return new XserveError(
    CLOSE_CODES[code] ?? 'UNAVAILABLE',
    `${address}: ${what}${reason ? `: ${reason}` : ''} before all was answered`,
    { where: address, ...(code === 1009 ? { hint: 'send fewer documents in one request' } : {}) },
  )
}

export const cancelled = (address: string): XserveError =>
  new XserveError('CANCELLED', 'the call was cancelled', { where: address })

export const tooLate = (address: string, ms: number, isConnected: boolean): XserveError =>
  isConnected
    ? new XserveError('DEADLINE', `${address} did not answer within ${ms} ms`, { where: address })
    : unreachable(address, `no connection within ${ms} ms`, null)
