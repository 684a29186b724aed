/** WebSocket frames as a client writes and reads them (RFC 6455 §5): masked out, unmasked in. */
import { XserveError } from '../../errors.ts'

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A longer message is not collected: its length alone must not ask for all memory. */
const MOST_BYTES = 1024 * 1024 * 1024
const MOST_CONTROL_BYTES = 125

/** One whole message, or a control frame. */
export function encodeFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65536 ? 2 : 8
  const out = Buffer.allocUnsafe(6 + extra + length)
  out[0] = 0x80 | opcode
  out[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127)
  if (extra === 2) out.writeUInt16BE(length, 2)
  else if (extra === 8) out.writeBigUInt64BE(BigInt(length), 2)
  const start = 6 + extra
  const key = out.subarray(start - 4, start)
  crypto.getRandomValues(key)
  const [a, b, c, d] = key as unknown as [number, number, number, number]
  let i = 0
  for (let at = start; i + 4 <= length; i += 4, at += 4) {
    out[at] = payload[i]! ^ a
    out[at + 1] = payload[i + 1]! ^ b
    out[at + 2] = payload[i + 2]! ^ c
    out[at + 3] = payload[i + 3]! ^ d
  }
  for (; i < length; i++) out[start + i] = payload[i]! ^ key[i & 3]!
  return out
}

export interface Frame {
  readonly opcode: number
  readonly isLast: boolean
  readonly payload: Buffer
}

/** Frames out of bytes as they come. `push` throws XserveError BAD_REQUEST for what is no frame of a server, TOO_LARGE. */
export function createFrameReader(onFrame: (frame: Frame) => void): { push(chunk: Buffer): void } {
  const head = Buffer.alloc(10)
  let headLength = 0
  let payload: Buffer | null = null
  let filled = 0

  const finish = (content: Buffer) => {
    const first = head[0]!
    headLength = 0
    payload = null
    filled = 0
    onFrame({ opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload: content })
  }
  /** Takes what is missing of the head; whether it is whole now. */
  const takeHead = (chunk: Buffer, at: number): number => {
    let from = at
    while (from < chunk.length && headLength < headSize(head, headLength)) head[headLength++] = chunk[from++]!
    return from
  }
  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (payload === null) {
          at = takeHead(chunk, at)
          if (headLength < headSize(head, headLength)) return
          const length = lengthOf(head)
          if (chunk.length - at >= length) {
            // A view: most messages come in one piece.
            finish(chunk.subarray(at, at + length))
            at += length
            continue
          }
          payload = Buffer.allocUnsafe(length)
        }
        const taken = chunk.copy(payload, filled, at)
        filled += taken
        at += taken
        if (filled === payload.length) finish(payload)
      }
    },
  }
}

function headSize(head: Buffer, known: number): number {
  if (known < 2) return 2
  const short = head[1]! & 0x7f
  return short === 126 ? 4 : short === 127 ? 10 : 2
}

function lengthOf(head: Buffer): number {
  const [first, second] = [head[0]!, head[1]!]
  if ((first & 0x70) !== 0) throw broken('a frame has reserved bits set')
  if ((second & 0x80) !== 0) throw broken('a frame of the server is masked')
  const short = second & 0x7f
  const isControl = (first & 0x08) !== 0
  if (isControl && (short > MOST_CONTROL_BYTES || (first & 0x80) === 0))
    throw broken('a control frame is too long or cut')
  if (short < 126) return short
  const length = short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2))
  if (length <= MOST_BYTES) return length
  throw new XserveError('TOO_LARGE', `a message of ${length} bytes is not read`)
}

const broken = (what: string) => new XserveError('BAD_REQUEST', `what came over the WebSocket is broken: ${what}`)
