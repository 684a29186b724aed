/** The first bytes of a connection: HTTP/2 (RFC 9113 §3.4), or something else that is told so in its own language. */

import { MOST_STREAMS } from './limits.ts'
import { Code, FRAME_HEAD, GOAWAY, PREFACE } from './protocol.ts'
import { writeFrameHead } from './sender.ts'
import { greeting } from './settings.ts'

/** `length`: bytes of the preface. `answer`: the last word to what is no HTTP/2. */
export interface Opening {
  readonly kind: 'http2' | 'other' | 'unclear'
  readonly length: number
  readonly answer: Buffer
}

const NOTHING = Buffer.alloc(0)
const PREFACE_BYTES = Buffer.from(PREFACE)
const HTTP2: Opening = { kind: 'http2', length: PREFACE_BYTES.length, answer: NOTHING }
const UNCLEAR: Opening = { kind: 'unclear', length: 0, answer: NOTHING }

/** A method of HTTP/1, complete or not; a line of it is enough to know. */
const HTTP1 = /^[A-Z]{2,20}(?: \S*(?: HTTP\/1.*| ?)?)?$/
const LINE = 64
const TLS_HELLO = 0x16

const TEXT = 'this port speaks gRPC (HTTP/2); HTTP/1.1 is served with --protocol http\n'
const HTTP1_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'content-type: text/plain; charset=utf-8',
  `content-length: ${TEXT.length}`,
  'connection: close',
  '',
  TEXT,
].join('\r\n')

/** One who speaks TLS cannot read it, yet finds by it that this is no TLS ("wrong version number"), and so do people. */
const HTTP1_OPENING: Opening = { kind: 'other', length: 0, answer: Buffer.from(HTTP1_ANSWER) }
const UNKNOWN: Opening = {
  kind: 'other',
  length: 0,
  answer: Buffer.concat([greeting(MOST_STREAMS), goaway('this is not HTTP/2')]),
}

function goaway(reason: string): Buffer {
  const out = Buffer.alloc(FRAME_HEAD + 8 + reason.length)
  const at = writeFrameHead(out, 0, 8 + reason.length, GOAWAY, 0, 0)
  out.writeUInt32BE(Code.protocolError, at + 4)
  out.write(reason, at + 8)
  return out
}

export function judgeOpening(bytes: Buffer): Opening {
  const length = Math.min(bytes.length, PREFACE_BYTES.length)
  if (bytes.compare(PREFACE_BYTES, 0, length, 0, length) === 0) {
    return length === PREFACE_BYTES.length ? HTTP2 : UNCLEAR
  }
  if (bytes[0] === TLS_HELLO) return HTTP1_OPENING
  const newline = bytes.subarray(0, LINE).indexOf(0x0a)
  const whole = newline >= 0 || bytes.length >= LINE
  const line = bytes.toString('latin1', 0, newline < 0 ? LINE : newline)
  if (!HTTP1.test(line.trimEnd())) return UNKNOWN
  return whole ? HTTP1_OPENING : UNCLEAR
}
