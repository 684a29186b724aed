/** Frames and messages of a client (RFC 6455 §5) read from bytes that may be cut anywhere. */

import { INVALID_DATA, PROTOCOL_ERROR, TOO_BIG } from '../../../wire/close-code.ts'
import { Gather } from '../front/gather.ts'
import { unmask } from './mask.ts'

export const CONTINUATION = 0
export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9
export const PONG = 10

const MAX_CONTROL_BYTES = 125
const EMPTY = Buffer.alloc(0)

export interface FrameListener {
  /** A whole message. */
  message(data: string | Uint8Array): void
  /** CLOSE, PING or PONG. */
  control(opcode: number, payload: Uint8Array): void
  /** Against the rules: nothing more is read. */
  violated(code: number, reason: string): void
}

/** Hot-path object: one per conversation. */
export class FrameReader {
  /** Reads nothing; what comes is held. */
  paused = false
  private stopped = false
  private held: Buffer = EMPTY
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  // The frame under way.
  private opcode = -1
  private final = false
  private left = 0
  private seen = 0
  private key = 0
  // The message under way: its type, or -1.
  private type = -1
  private message = new Gather()
  private readonly controlPayload = new Gather()

  constructor(
    private readonly listener: FrameListener,
    /** Of a message; -1: no limit. */
    private readonly maxBytes: number,
  ) {}

  /** Bytes held while paused. */
  get waiting(): number {
    return this.held.length
  }

  /** `chunk` is written to: the mask is taken off where it lies. */
  read(chunk: Buffer): void {
    if (this.stopped) return
    this.readAll(this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]))
  }

  private readAll(bytes: Buffer): void {
    this.held = EMPTY
    let at = 0
    while (at < bytes.length && !this.paused && !this.stopped) {
      const next = this.opcode === -1 ? this.readHeader(bytes, at) : this.readPayload(bytes, at)
      if (next === at) break
      at = next
    }
    if (at < bytes.length && !this.stopped) this.held = at === 0 ? bytes : bytes.subarray(at)
  }

  /** Goes on with what was held. */
  resume(): void {
    this.paused = false
    // Not copied: who sends ahead is resumed for every answer, and would have all that is held copied for every message.
    if (this.held.length > 0 && !this.stopped) this.readAll(this.held)
  }

  stop(): void {
    this.stopped = true
    this.held = EMPTY
    this.message.clear()
    this.controlPayload.clear()
  }

  /** Where the payload begins; `from` when the header is not whole yet. */
  private readHeader(bytes: Buffer, from: number): number {
    const { length } = bytes
    if (length - from < 2) return from
    const first = bytes[from]!
    const second = bytes[from + 1]!
    const short = second & 127
    const keyAt = from + (short < 126 ? 2 : short === 126 ? 4 : 10)
    if (length < keyAt + 4) {
      // Nobody has to wait for the rest of what is wrong already.
      return this.judge(first, second, -1) ? from : length
    }
    const size =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(from + 2)
          : bytes.readUInt32BE(from + 2) * 2 ** 32 + bytes.readUInt32BE(from + 6)
    if (!this.judge(first, second, size)) return length
    this.opcode = first & 15
    this.final = (first & 128) !== 0
    this.left = size
    this.seen = 0
    this.key = bytes.readUInt32LE(keyAt)
    if (this.opcode === TEXT || this.opcode === BINARY) {
      this.type = this.opcode
      this.message = new Gather(this.final ? size : -1)
    }
    if (size === 0) this.finishFrame()
    return keyAt + 4
  }

  /** Whether a frame may come now; `size` is -1 while it is unknown. */
  private judge(first: number, second: number, size: number): boolean {
    const opcode = first & 15
    if ((first & 0x70) !== 0) return this.violate(PROTOCOL_ERROR, 'no extension was agreed upon')
    if ((second & 128) === 0) return this.violate(PROTOCOL_ERROR, 'frames of a client must be masked')
    if (opcode >= CLOSE) {
      if (opcode > PONG) return this.violate(PROTOCOL_ERROR, `opcode ${opcode} is unknown`)
      if ((first & 128) === 0) return this.violate(PROTOCOL_ERROR, 'a control frame cannot be fragmented')
      if ((second & 127) > MAX_CONTROL_BYTES) return this.violate(PROTOCOL_ERROR, 'a control frame is too long')
      return true
    }
    if (opcode > BINARY) return this.violate(PROTOCOL_ERROR, `opcode ${opcode} is unknown`)
    if ((opcode === CONTINUATION) !== (this.type !== -1)) {
      return this.violate(
        PROTOCOL_ERROR,
        opcode === CONTINUATION ? 'there is nothing to continue' : 'the message before is not finished',
      )
    }
    const before = opcode === CONTINUATION ? this.message.length : 0
    if (size > Number.MAX_SAFE_INTEGER || (this.maxBytes >= 0 && before + size > this.maxBytes)) {
      return this.violate(TOO_BIG, `messages may have ${this.maxBytes} bytes at most`)
    }
    return true
  }

  private readPayload(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.left)
    if (this.key !== 0) unmask(bytes, from, to, this.key, this.seen)
    const piece = bytes.subarray(from, to)
    if (this.opcode >= CLOSE) this.controlPayload.append(piece)
    else this.message.append(piece)
    this.seen = (this.seen + to - from) & 3
    this.left -= to - from
    if (this.left === 0) this.finishFrame()
    return to
  }

  private finishFrame(): void {
    const { opcode } = this
    this.opcode = -1
    if (opcode >= CLOSE) {
      this.listener.control(opcode, this.controlPayload.take())
      return
    }
    if (!this.final) return
    const { type } = this
    this.type = -1
    const data = this.message.take()
    if (type === BINARY) {
      this.listener.message(data)
      return
    }
    let text: string
    try {
      text = this.decoder.decode(data)
    } catch {
      this.violate(INVALID_DATA, 'a text message is not UTF-8')
      return
    }
    this.listener.message(text)
  }

  private violate(code: number, reason: string): false {
    this.stop()
    this.listener.violated(code, reason)
    return false
  }
}
