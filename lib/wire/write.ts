/** Writing into a buffer of known size: the few primitives that an envelope needs. */

export function varintLength(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  if (value < 0x10000000) return 4
  return value < 0x800000000 ? 5 : 6
}

/** Returns the position behind what was written. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let position = at
  let rest = value
  while (rest >= 0x80) {
    out[position++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  out[position++] = rest
  return position
}

/** A length-delimited field whose tag fits one byte. */
export function writeBytesField(out: Uint8Array, at: number, tag: number, content: Uint8Array): number {
  out[at] = tag
  const start = writeVarint(out, at + 1, content.length)
  const { length } = content
  // Below this a loop beats the call into the runtime.
  if (length <= 32) for (let i = 0; i < length; i++) out[start + i] = content[i]!
  else out.set(content, start)
  return start + length
}

export function writeRaw(out: Uint8Array, at: number, bytes: Uint8Array): number {
  if (bytes.length > 0) out.set(bytes, at)
  return at + bytes.length
}

export function writeAll(out: Uint8Array, at: number, parts: readonly Uint8Array[]): number {
  let position = at
  for (const part of parts) position = writeRaw(out, position, part)
  return position
}

/** A field of its own. */
export function withTag(tag: number, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + varintLength(content.length) + content.length)
  writeBytesField(out, 0, tag, content)
  return out
}

/** The same memory with Buffer's methods; what the servers hand over is one already. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
