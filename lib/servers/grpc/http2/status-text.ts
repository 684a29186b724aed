/** grpc-message: text as printable ASCII, all else as %XX of its UTF-8 bytes (gRPC over HTTP/2, "Responses"). */

const PLAIN = /^[\x20-\x24\x26-\x7e]*$/
const HEX = '0123456789ABCDEF'

export function percentEncode(text: string): string {
  if (PLAIN.test(text)) return text
  let encoded = ''
  for (const byte of Buffer.from(text)) {
    if (byte >= 0x20 && byte <= 0x7e && byte !== 0x25) encoded += String.fromCharCode(byte)
    else encoded += `%${HEX[byte >>> 4]}${HEX[byte & 15]}`
  }
  return encoded
}
