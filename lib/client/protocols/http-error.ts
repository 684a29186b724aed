/** What HTTP says of a failed call as an XserveError: by its status, or by how the connection ended. */
import { type ErrorCode, XserveError } from '../../errors.ts'
import { jsonStatus } from './json-reply.ts'

export interface Circumstances {
  readonly address: string
  /** 0: none. */
  readonly deadlineMs: number
  readonly connectMs: number
}

export interface Ending extends Circumstances {
  readonly cancelled: boolean
  /** The deadline has passed. */
  readonly late: boolean
  /** No connection came about within `connectMs`. */
  readonly silent: boolean
}

/** Statuses that say as much as a code of ours; of the others those below 500 blame the request. */
const CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  404: 'UNKNOWN_METHOD',
  405: 'UNKNOWN_METHOD',
  408: 'DEADLINE',
  413: 'TOO_LARGE',
  429: 'OVERLOADED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE',
}

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNKNOWN_METHOD: 'is it the HTTP port of the server, and are its routes switched on?',
  TOO_LARGE: 'send fewer documents in one request',
}

/** An answer whose status is not 200. */
export function refusal(address: string, status: number, body: string): XserveError {
  const code = CODES[status] ?? (status < 500 ? 'BAD_REQUEST' : 'ANSWER_FAILED')
  return new XserveError(code, `${address} answered HTTP status ${status}: ${detailOf(body)}`, {
    where: address,
    hint: status === 405 ? STREAMS : HINTS[code],
  })
}

const STREAMS = 'an endpoint that streams is called by streamDoc, or with --streaming'
const MOST_TEXT = 500

/** What the body tells: Jina's `detail` (a text, or a list of places and messages), a status of ours, or the text itself. */
function detailOf(body: string): string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return cut(body.trim()) || 'without a reason'
  }
  const { detail, message, error, header } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const { description } = jsonStatus((header as { status?: unknown } | undefined)?.status)
  const told = detail ?? message ?? (description || undefined) ?? error
  if (Array.isArray(told)) return cut(told.map(placeAndMessage).join('; '))
  return cut(typeof told === 'string' ? told : JSON.stringify(told ?? value))
}

/** FastAPI: `{"loc": ["body", "data", 0], "msg": "…"}`. */
function placeAndMessage(item: unknown): string {
  const { loc, msg } = (item ?? {}) as { loc?: unknown; msg?: unknown }
  if (typeof msg !== 'string') return JSON.stringify(item)
  return Array.isArray(loc) ? `${loc.filter((part, i) => i > 0 || part !== 'body').join('.')}: ${msg}` : msg
}

const cut = (text: string) => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text)

/** A call that was not answered. */
export function connectionFailed(error: unknown, { address, ...ending }: Ending): XserveError {
  if (ending.cancelled) return new XserveError('CANCELLED', 'the call was cancelled', { where: address, cause: error })
  if (ending.silent) return unreachable(address, `no connection within ${ending.connectMs} ms`, error)
  if (ending.late)
    return new XserveError('DEADLINE', `${address} did not answer within ${ending.deadlineMs} ms`, {
      where: address,
      cause: error,
    })
  const { code, message } = codeAndMessage(error)
  const reason = notConnected(code, message)
  if (reason !== null) return unreachable(address, reason, error)
  return new XserveError(
    'UNAVAILABLE',
    `the connection to ${address} broke during the call: ${lostReason(code, message)}`,
    {
      where: address,
      cause: error,
    },
  )
}

/** Why no connection came about; null when there was one. */
export function notConnected(code: string, message: string): string | null {
  if (code === 'ECONNREFUSED') return 'the connection is refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code.startsWith('DNS_')) return 'no such host is known'
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT') return 'there is no way to it'
  if (code === 'ENOENT') return 'no such socket is there'
  if (code === 'EACCES') return 'this user may not call it'
  if (code === 'EPROTO' || /WRONG_VERSION_NUMBER/.test(message)) return 'it does not speak TLS'
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code) || /certificate|TLS handshake/i.test(message))
    return `its certificate is not accepted (${message.replace(/^.*TLS handshake failed: /, '') || code})`
  return null
}

export function codeAndMessage(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : String(error) }
}

export function unreachable(address: string, reason: string, cause: unknown): XserveError {
  return new XserveError('UNREACHABLE', `nobody answers at ${address}: ${reason}`, {
    where: address,
    hint: 'is the server running, does it speak this protocol, and are host and port right?',
    cause,
  })
}

function lostReason(code: string, message: string): string {
  if (code === 'ECONNRESET') return 'it was closed'
  return message.replace(/\. For more information, pass[\s\S]*$/, '') || code
}
