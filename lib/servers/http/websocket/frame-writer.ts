/** Frames of a server (RFC 6455 §5): whole, unmasked. */
import type { Outbox } from '../front/outbox.ts'
import { BINARY, CLOSE, TEXT } from './frame-reader.ts'

const FINAL = 128
/** Of a close frame, beside its code. */
const MAX_REASON_BYTES = 123

const header = Buffer.alloc(10)

function writeHeader(out: Outbox, opcode: number, length: number): void {
  header[0] = FINAL | opcode
  if (length < 126) {
    header[1] = length
    out.bytes(header.subarray(0, 2))
    return
  }
  if (length < 65536) {
    header[1] = 126
    header.writeUInt16BE(length, 2)
    out.bytes(header.subarray(0, 4))
    return
  }
  header[1] = 127
  header.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
  header.writeUInt32BE(length % 2 ** 32, 6)
  out.bytes(header)
}

/** Large binary data is not copied: it must stay as it is until it has been sent. */
export function writeMessage(out: Outbox, data: string | Uint8Array): void {
  if (typeof data === 'string') {
    const length = Buffer.byteLength(data)
    writeHeader(out, TEXT, length)
    out.utf8(data, length)
  } else {
    writeHeader(out, BINARY, data.length)
    out.bytes(data)
  }
}

export function writeControl(out: Outbox, opcode: number, payload: Uint8Array): void {
  writeHeader(out, opcode, payload.length)
  out.bytes(payload)
}

/** The reason is cut to what fits. */
export function writeClose(out: Outbox, code: number, reason: string): void {
  const text = new Uint8Array(MAX_REASON_BYTES)
  const { written } = new TextEncoder().encodeInto(reason, text)
  const payload = Buffer.alloc(2 + written)
  payload.writeUInt16BE(code)
  payload.set(text.subarray(0, written), 2)
  writeControl(out, CLOSE, payload)
}
