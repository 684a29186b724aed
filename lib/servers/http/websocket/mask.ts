/** The mask over what a client sends (RFC 6455 §5.3). */

/**
 * Takes it off in place. `key` holds the four bytes as they came, first one lowest; `phase` says how many bytes of the frame
 * came before.
 */
export function unmask(bytes: Uint8Array, from: number, to: number, key: number, phase: number): void {
  let at = from
  let turn = phase & 3
  const short = to - from < 32
  // Byte by byte up to where whole words can be taken.
  while (at < to && (short || ((bytes.byteOffset + at) & 3) !== 0)) {
    bytes[at]! ^= (key >>> (turn << 3)) & 255
    at++
    turn = (turn + 1) & 3
  }
  if (at === to) return
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, (to - at) >>> 2)
  // The memory of every machine that this runs on is little-endian.
  const rotated = turn === 0 ? key : (key >>> (turn << 3)) | (key << (32 - (turn << 3)))
  for (let i = 0; i < words.length; i++) words[i]! ^= rotated
  for (at += words.length << 2; at < to; at++) {
    bytes[at]! ^= (key >>> (turn << 3)) & 255
    turn = (turn + 1) & 3
  }
}
