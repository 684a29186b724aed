/** The small frames that a server sends beside answers (RFC 9113 §6.4 – §6.9). */
import type { Outbox } from './outbox.ts'
import { ACK, type Code, FRAME_HEAD, GOAWAY, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE } from './protocol.ts'
import { writeFrameHead } from './sender.ts'

function writeNumberFrame(out: Outbox, type: number, stream: number, value: number): void {
  const block = out.reserve(FRAME_HEAD + 4)
  const at = writeFrameHead(block, out.end, 4, type, 0, stream)
  out.end = block.writeUInt32BE(value, at)
}

export function writeReset(out: Outbox, stream: number, code: Code): void {
  writeNumberFrame(out, RST_STREAM, stream, code)
}

/** Stream 0 is the connection. */
export function writeWindowUpdate(out: Outbox, stream: number, increment: number): void {
  writeNumberFrame(out, WINDOW_UPDATE, stream, increment)
}

export function writeSettingsAck(out: Outbox): void {
  const block = out.reserve(FRAME_HEAD)
  out.end = writeFrameHead(block, out.end, 0, SETTINGS, ACK, 0)
}

/** `payload`: 8 bytes of `bytes` from `from` on. */
export function writePing(out: Outbox, ack: boolean, bytes: Buffer, from = 0): void {
  const block = out.reserve(FRAME_HEAD + 8)
  const at = writeFrameHead(block, out.end, 8, PING, ack ? ACK : 0, 0)
  bytes.copy(block, at, from, from + 8)
  out.end = at + 8
}

/** `lastStream`: streams beyond it were not and will not be looked at. `reason` is for whoever reads a trace. */
export function writeGoaway(out: Outbox, lastStream: number, code: Code, reason: string): void {
  const length = 8 + Buffer.byteLength(reason)
  const block = out.reserve(FRAME_HEAD + length)
  const at = writeFrameHead(block, out.end, length, GOAWAY, 0, 0)
  block.writeUInt32BE(lastStream, at)
  block.writeUInt32BE(code, at + 4)
  block.write(reason, at + 8)
  out.end = at + length
}
