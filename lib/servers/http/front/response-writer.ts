/** Answers as bytes (RFC 9112 §4, §6): head and body together where they are small, else one behind the other. */
import { STATUS_CODES } from 'node:http'
import type { HttpResponse } from '../exchange.ts'
import type { Outbox } from './outbox.ts'

/** What the connection adds to an answer. */
export interface Framing {
  readonly dateLine: string
  readonly version: '1.0' | '1.1'
  /** HEAD: the head of the answer alone. */
  readonly headOnly: boolean
  /** The connection ends behind this answer. */
  readonly last: boolean
}

/** The headers that a front decides. */
const OWN = new Set(['content-length', 'transfer-encoding', 'connection', 'date', 'keep-alive'])

const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is those that are looked for
const VALUE = /^[^\0-\x08\x0a-\x1f\x7f\u{100}-\u{10ffff}]*$/u

const statusLines = new Map<number, string>()

function statusLine(status: number): string {
  let line = statusLines.get(status)
  if (line === undefined) {
    if (!Number.isInteger(status) || status < 200 || status > 999)
      throw new RangeError(`${status} is no status of an answer`)
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
    statusLines.set(status, line)
  }
  return line
}

/** Lines that were found to be sound; answers of one server have few different ones. */
const soundLines = new Map<string, Map<string, string>>()
const MOST_LINES = 256

function headerLine(name: string, value: string): string {
  const known = soundLines.get(name)?.get(value)
  if (known !== undefined) return known
  if (OWN.has(name)) return ''
  if (!NAME.test(name) || !VALUE.test(value)) throw new TypeError(`the answer has a malformed header "${name}"`)
  const line = `${name}: ${value}\r\n`
  let lines = soundLines.get(name)
  if (lines === undefined && soundLines.size < MOST_LINES) soundLines.set(name, (lines = new Map()))
  if (lines !== undefined && lines.size < MOST_LINES && value.length < MOST_LINES) lines.set(value, line)
  return line
}

/** Status line and headers without the empty line. Throws for what cannot be sent. */
function startHead(response: HttpResponse, framing: Framing): string {
  let head = statusLine(response.status) + framing.dateLine
  const { headers } = response
  for (const name in headers) {
    const value = headers[name]!
    if (typeof value === 'string') head += headerLine(name, value)
    else for (const one of value) head += headerLine(name, one)
  }
  if (framing.last) return `${head}connection: close\r\n`
  return framing.version === '1.0' ? `${head}connection: keep-alive\r\n` : head
}

/** These have no body, and so no length either. */
const bodiless = (status: number): boolean => status === 204 || status === 304

/** The last head up to the number of its length. Routes answer with headers that are one object for all answers. */
let recent = { status: 0, headers: {} as HttpResponse['headers'], dateLine: '', version: '', last: false }
let recentBytes: Uint8Array = new Uint8Array(0)

function headBeforeLength(response: HttpResponse, framing: Framing): Uint8Array {
  const { status, headers } = response
  const { dateLine, version, last } = framing
  if (
    headers !== recent.headers ||
    dateLine !== recent.dateLine ||
    status !== recent.status ||
    version !== recent.version ||
    last !== recent.last
  ) {
    recentBytes = Buffer.from(`${startHead(response, framing)}content-length: `, 'latin1')
    recent = { status, headers, dateLine, version, last }
  }
  return recentBytes
}

/** An answer whose body is there as a whole. Says whether a body of bytes is needed no longer: it was copied. */
export function writeAnswer(
  out: Outbox,
  response: HttpResponse,
  body: Uint8Array | string | null,
  framing: Framing,
): boolean {
  if (bodiless(response.status)) {
    out.latin1(`${startHead(response, framing)}\r\n`)
    return true
  }
  const length = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length
  out.bytes(headBeforeLength(response, framing))
  out.latin1(`${length}\r\n\r\n`)
  if (framing.headOnly || body === null) return true
  if (typeof body !== 'string') return out.bytes(body)
  out.utf8(body, length)
  return true
}

/** The head of an answer whose pieces come later; they are chunks in HTTP/1.1, and all until the end in HTTP/1.0. */
export function writeStreamHead(out: Outbox, response: HttpResponse, framing: Framing): void {
  const head = startHead(response, framing)
  const chunked = framing.version === '1.1' && !bodiless(response.status)
  out.latin1(chunked ? `${head}transfer-encoding: chunked\r\n\r\n` : `${head}\r\n`)
}

export function writePiece(out: Outbox, piece: Uint8Array | string, version: '1.0' | '1.1'): void {
  const length = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
  // A chunk without bytes would be the last one.
  if (length === 0) return
  if (version === '1.1') out.latin1(`${length.toString(16)}\r\n`)
  if (typeof piece === 'string') out.utf8(piece, length)
  else out.bytes(piece)
  if (version === '1.1') out.latin1('\r\n')
}

export function writeStreamEnd(out: Outbox, version: '1.0' | '1.1'): void {
  if (version === '1.1') out.latin1('0\r\n\r\n')
}
