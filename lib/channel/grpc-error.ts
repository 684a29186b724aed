/** A failed gRPC call as an XserveError: told apart by who says it, the server or the connection. */
import { type ServiceError, status } from '@grpc/grpc-js'
import { type ErrorCode, XserveError } from '../errors.ts'

/** What is known of a call when it fails. */
export interface Circumstances {
  readonly address: string
  /** A connection has been made at some time. */
  connected(): boolean
  /** The first connection took longer than `connectMs`. */
  timedOut(): boolean
  readonly connectMs: number
  /** 0: none. */
  readonly deadlineMs: number
  /** The server has begun to answer. */
  heard: boolean
}

/** Statuses that say as much as a code of ours; all others are ANSWER_FAILED. */
const CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  [status.CANCELLED]: 'CANCELLED',
  [status.INVALID_ARGUMENT]: 'BAD_REQUEST',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE',
  [status.NOT_FOUND]: 'UNKNOWN_SERVICE',
  [status.RESOURCE_EXHAUSTED]: 'OVERLOADED',
  [status.UNIMPLEMENTED]: 'UNKNOWN_METHOD',
  [status.UNAVAILABLE]: 'UNAVAILABLE',
}

export function toXserveError(error: ServiceError, call: Circumstances): XserveError {
  const { address } = call
  const [, http] = /^Received HTTP status code (\d+)/.exec(error.details) ?? []
  // A gateway on the way says 502 to 504 for a server that is not there now.
  if (http && error.code !== status.UNAVAILABLE)
    return unreachable(address, `what is there answers HTTP status ${http} instead of gRPC`, error)
  // A status that the server sent comes with headers, if only with those of the status itself.
  const fromServer = call.heard || error.metadata?.get('content-type').length > 0
  if (!fromServer && error.code === status.CANCELLED && call.timedOut()) {
    return unreachable(address, `no connection within ${call.connectMs} ms`, error)
  }
  if (!fromServer && error.code === status.UNAVAILABLE) return lost(error, call)
  if (error.code === status.DEADLINE_EXCEEDED && !fromServer) {
    if (!call.connected()) return unreachable(address, `no connection within ${call.deadlineMs} ms`, error)
    return new XserveError('DEADLINE', `${address} did not answer within ${call.deadlineMs} ms`, {
      where: address,
      cause: error,
    })
  }
  if (error.code === status.RESOURCE_EXHAUSTED && /larger than/i.test(error.details)) {
    return new XserveError('TOO_LARGE', `${address}: ${error.details}`, {
      where: address,
      hint: 'send fewer documents in one request',
      cause: error,
    })
  }
  const name = status[error.code] ?? `status ${error.code}`
  const code = CODES[error.code] ?? 'ANSWER_FAILED'
  return new XserveError(code, `${address} answered ${name}: ${error.details || 'without a reason'}`, {
    where: address,
    cause: error,
  })
}

function lost(error: ServiceError, { address, connected }: Circumstances): XserveError {
  const reason = reasonOf(error.details)
  // A connection of before does not count: this call has not left.
  if (!connected() || /^No connection established/.test(error.details)) return unreachable(address, reason, error)
  return new XserveError('UNAVAILABLE', `the connection to ${address} broke during the call: ${reason}`, {
    where: address,
    cause: error,
  })
}

function unreachable(address: string, reason: string, cause: unknown): XserveError {
  return new XserveError('UNREACHABLE', `nobody answers at ${address}: ${reason}`, {
    where: address,
    hint: 'is the server running, does it speak gRPC, and are host and port right?',
    cause,
  })
}

function reasonOf(text: string): string {
  // The runtime writes when it was, as if nobody knew.
  const details = text.replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '')
  if (/ECONNREFUSED|refused/i.test(details)) return 'the connection is refused'
  if (/ENOTFOUND|EAI_AGAIN|resolution failed/i.test(details)) return 'no such host is known'
  if (/\bENOENT\b/.test(details)) return 'no such socket is there'
  if (/\bEACCES\b/.test(details)) return 'this user may not call it'
  if (/ECONNRESET|reset/i.test(details)) return 'it was reset'
  // In the words of the runtime: what came first were no frames of HTTP/2, or no TLS.
  if (/\bProtocol error\b/i.test(details)) return 'what is there does not speak gRPC (Protocol error)'
  if (/WRONG_VERSION_NUMBER/.test(details)) return 'it does not speak TLS'
  if (/certificate|self.signed|altname/i.test(details))
    return `its certificate is not accepted (${details.replace(/^.*Last error: (?:Error: )?|\.? Resolution note:.*$/g, '')})`
  return (
    details.replace(/^No connection established\.?\s*(?:Last error:\s*)?(?:Error: )?|\.? Resolution note:.*$/g, '') ||
    'it was closed'
  )
}
