/**
 * The head of a request read from bytes (RFC 9112 §2–§7): strict, since what two readers understand differently is how
 * requests are smuggled. One pass, no text made of what nobody asks for.
 */
import type { Refusal } from './refusal.ts'

export const MAX_HEAD_BYTES = 16 * 1024
const MAX_FIELDS = 100

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58

/** The characters of names and methods (RFC 9110 §5.6.2). */
const TOKEN = new Uint8Array(256)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[character.charCodeAt(0)] = 1
}
/** The characters of values: visible ones, blanks, and bytes above ASCII. */
const VALUE = new Uint8Array(256).fill(1, SPACE)
VALUE[TAB] = 1
VALUE[127] = 0

const refusal = (status: number, detail: string): Refusal => ({ status, detail })
/** Never leaves this file. */
const INCOMPLETE = refusal(0, '')
const TOO_LONG = refusal(431, `the head of the request is longer than ${MAX_HEAD_BYTES} bytes`)
const TOO_MANY = refusal(431, `the request has more than ${MAX_FIELDS} headers`)
const BAD_LINE = refusal(400, 'malformed request line; expected METHOD /path HTTP/1.1')
const BAD_FIELD = refusal(400, 'malformed header; expected "name: value" and CR LF at the end of each line')
const BAD_VERSION = refusal(505, 'this port speaks HTTP/1.1 and HTTP/1.0')
const HTTP2 = refusal(400, 'this port speaks HTTP/1.1, not HTTP/2 or gRPC')
const NO_HOST = refusal(400, 'the header "host" is missing')
const BAD_HOST = refusal(400, 'the header "host" must be given once and name a host')
const BAD_LENGTH = refusal(400, 'the header "content-length" must be given once, as a whole number')
const BOTH_LENGTHS = refusal(400, 'a request has either "content-length" or "transfer-encoding", not both')
const BAD_CODING = refusal(
  400,
  'the header "transfer-encoding" must be given once and end in "chunked", in HTTP/1.1 alone',
)
const UNKNOWN_CODING = refusal(501, 'the only transfer coding known here is "chunked"')
const BAD_EXPECTATION = refusal(417, 'the only expectation known here is "100-continue"')

/** What a head says. Hot-path object: one per request. */
export class Head {
  method = ''
  target = ''
  /** 0 or 1 of HTTP/1.x. */
  minor = 1
  /** Where the body begins. */
  end = 0
  /** -1: not given. */
  contentLength = -1
  chunked = false
  keepAlive = true
  expectsContinue = false
  /** `connection: upgrade` was there. */
  upgrades = false
  /** Values by name that all heads like this one share; null: it is like no other. */
  shared: Map<string, string | undefined> | null = null

  constructor(
    /** What it was read from; the body follows there. */
    readonly bytes: Buffer,
    /** Four positions for each header: name from, to, value from, to. */
    readonly fields: number[] = [],
  ) {}

  /** By lower-case name; several are joined. */
  header(name: string): string | undefined {
    const { shared } = this
    if (shared === null || name === 'content-length') return this.read(name)
    const known = shared.get(name)
    if (known !== undefined || shared.has(name)) return known
    const value = this.read(name)
    if (shared.size < MOST_VALUES) shared.set(name, value)
    return value
  }

  private read(name: string): string | undefined {
    const { fields, bytes } = this
    let value: string | undefined
    for (let i = 0; i < fields.length; i += 4) {
      if (!isNamed(bytes, fields[i]!, fields[i + 1]!, name)) continue
      const next = valueText(bytes, fields[i + 2]!, fields[i + 3]!, name)
      value = value === undefined ? next : `${value}, ${next}`
    }
    return value
  }

  /** All, by lower-case name, in the order they came. */
  headers(): [name: string, value: string][] {
    const { fields, bytes } = this
    const all: [string, string][] = []
    for (let i = 0; i < fields.length; i += 4) {
      const name = bytes.toString('latin1', fields[i]!, fields[i + 1]!).toLowerCase()
      all.push([name, bytes.toString('latin1', fields[i + 2]!, fields[i + 3]!)])
    }
    return all
  }
}

/** The last value of each header: callers send the same again and again, and a new text costs more than a look at it. */
const lastValues = new Map<string, string>()
const MOST_VALUES = 32
const LONGEST_VALUE = 128

function valueText(bytes: Buffer, from: number, to: number, name: string): string {
  const last = lastValues.get(name)
  if (last !== undefined && isText(bytes, from, to, last)) return last
  const text = bytes.toString('latin1', from, to)
  // Names are those that handlers ask for, so there is an end to them.
  if (text.length <= LONGEST_VALUE && (last !== undefined || lastValues.size < MOST_VALUES)) lastValues.set(name, text)
  return text
}

function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}

/** Whether the bytes are that name, which is given in lower case. */
export function isNamed(bytes: Uint8Array, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[from + i]!
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== name.charCodeAt(i)) return false
  }
  return true
}

/** The head that begins at `from`; null when its end is not there yet. */
export function parseHead(bytes: Buffer, from: number): Head | Refusal | null {
  const head = new Head(bytes)
  const problem = readLine(head, bytes, from) ?? readFields(head, bytes) ?? judge(head)
  if (problem === undefined) return head.end - from > MAX_HEAD_BYTES ? TOO_LONG : head
  if (problem !== INCOMPLETE) return problem
  return bytes.length - from > MAX_HEAD_BYTES ? TOO_LONG : null
}

const LATEST = 'HTTP/1.1'
/** Most callers call the same again and again. */
let lastTarget = ''

const KNOWN_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']

function methodOf(bytes: Buffer, from: number, to: number): string {
  for (const method of KNOWN_METHODS) if (isText(bytes, from, to, method)) return method
  return bytes.toString('latin1', from, to)
}

function readLine(head: Head, bytes: Buffer, from: number): Refusal | undefined {
  const { length } = bytes
  let at = from
  // Old clients end a body with an empty line that no length counts (RFC 9112 §2.2).
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2
  if (at === length || (bytes[at] === CR && at + 1 === length)) return INCOMPLETE
  const start = at
  while (at < length && TOKEN[bytes[at]!] === 1) at++
  if (at === length) return INCOMPLETE
  if (bytes[at] !== SPACE || at === start) return BAD_LINE
  head.method = methodOf(bytes, start, at)
  const target = ++at
  while (at < length && bytes[at]! > SPACE && bytes[at]! < 127) at++
  if (at === length) return INCOMPLETE
  if (bytes[at] !== SPACE || at === target) return BAD_LINE
  if (!isText(bytes, target, at, lastTarget)) lastTarget = bytes.toString('latin1', target, at)
  head.target = lastTarget
  // "HTTP/1.1" CR LF
  if (length - at < 11) return bytes.indexOf(LF, at) === -1 ? INCOMPLETE : BAD_LINE
  const isLatest = isText(bytes, at + 1, at + 9, LATEST)
  const version = isLatest ? LATEST : bytes.toString('latin1', at + 1, at + 9)
  if (bytes[at + 9] !== CR || bytes[at + 10] !== LF || !(isLatest || /^HTTP\/\d\.\d$/.test(version))) return BAD_LINE
  if (version === 'HTTP/2.0' && head.method === 'PRI') return HTTP2
  if (version[5] !== '1') return BAD_VERSION
  head.minor = version === 'HTTP/1.0' ? 0 : 1
  head.keepAlive = head.minor === 1
  head.end = at + 11
  return undefined
}

function readFields(head: Head, bytes: Buffer): Refusal | undefined {
  const { length } = bytes
  const { fields } = head
  let at = head.end
  let lineStart = at
  for (;;) {
    const name = (lineStart = at)
    while (at < length && TOKEN[bytes[at]!] === 1) at++
    if (at === length) return INCOMPLETE
    const nameEnd = at
    if (bytes[at] !== COLON || at === name) break
    at++
    while (bytes[at] === SPACE || bytes[at] === TAB) at++
    const value = at
    while (at < length && VALUE[bytes[at]!] === 1) at++
    if (at + 1 >= length) return at === length || bytes[at] === CR ? INCOMPLETE : BAD_FIELD
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return BAD_FIELD
    let valueEnd = at
    while (valueEnd > value && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd--
    if (fields.length === MAX_FIELDS * 4) return TOO_MANY
    fields.push(name, nameEnd, value, valueEnd)
    at += 2
  }
  // Neither a header nor the empty line at the end: a folded line, a space before the colon, a stray byte.
  if (bytes[at] !== CR || at !== lineStart) return BAD_FIELD
  if (at + 1 === length) return INCOMPLETE
  if (bytes[at + 1] !== LF) return BAD_FIELD
  head.end = at + 2
  return undefined
}

/** The headers on which it depends where a request ends and what becomes of the connection. */
function judge(head: Head): Refusal | undefined {
  const { fields } = head
  // Few requests have more of them than "host" and a length, and a look at the length of a name rules most others out.
  let seen = 0
  for (let i = 0; i < fields.length; i += 4) seen |= 1 << Math.min(fields[i + 1]! - fields[i]!, 31)
  const has = (length: number): boolean => (seen & (1 << length)) !== 0
  const host = has(4) ? head.header('host') : undefined
  if (host === undefined ? head.minor === 1 : !/^[\w.~!$&'()*+;=:[\]%-]*$/.test(host)) {
    return host === undefined ? NO_HOST : BAD_HOST
  }
  if (has(10)) judgeConnection(head)
  if (has(6) && head.minor === 1) {
    const expect = head.header('expect')
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') return BAD_EXPECTATION
    head.expectsContinue = expect !== undefined
  }
  const length = has(14) ? head.header('content-length') : undefined
  const coding = has(17) ? head.header('transfer-encoding') : undefined
  if (coding !== undefined) {
    if (length !== undefined) return BOTH_LENGTHS
    head.chunked = true
    return judgeCoding(head, coding.toLowerCase())
  }
  if (length === undefined) return undefined
  if (!/^\d{1,15}$/.test(length)) return BAD_LENGTH
  head.contentLength = Number(length)
  return undefined
}

function judgeConnection(head: Head): void {
  const connection = head.header('connection')
  if (connection === undefined) return
  for (const token of connection.toLowerCase().split(',')) {
    const word = token.trim()
    if (word === 'upgrade') head.upgrades = true
    else if (word === 'keep-alive' && head.minor === 0) head.keepAlive = true
    else if (word === 'close') {
      head.keepAlive = false
      return
    }
  }
}

function judgeCoding(head: Head, coding: string): Refusal | undefined {
  if (coding === 'chunked' && head.minor === 1) return undefined
  const codings = coding.split(',').map((part) => part.trim())
  const proper = codings.at(-1) === 'chunked' && codings.indexOf('chunked') === codings.length - 1
  return proper && head.minor === 1 ? UNKNOWN_CODING : BAD_CODING
}
