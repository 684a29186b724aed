/** Frames as a client sends them: masked, and wrong where a test wants them so. */

export interface FrameOptions {
  readonly final?: boolean
  readonly masked?: boolean
  /** Reserved bits, as they stand in the first byte. */
  readonly reserved?: number
  readonly key?: number
}

export function clientFrame(opcode: number, payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { final = true, masked = true, reserved = 0, key = 0x37fa213d } = options
  const data = Buffer.from(payload as Uint8Array)
  const { length } = data
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10)
  head[0] = (final ? 128 : 0) | reserved | opcode
  head[1] = (masked ? 128 : 0) | (length < 126 ? length : length < 65536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  if (!masked) return Buffer.concat([head, data])
  const mask = Buffer.alloc(4)
  mask.writeUInt32LE(key)
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i % 4]!)])
}

/** A close frame. */
export function clientClose(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason))
  payload.writeUInt16BE(code)
  payload.write(reason, 2)
  return clientFrame(8, payload)
}
