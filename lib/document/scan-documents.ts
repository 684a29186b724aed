/** Places of the documents in a DocumentArrayProto or DocListProto, the same in both dialects. */
import { malformed } from '../protobuf/reader.ts'

/** Start and end of each `docs` entry (field 1) within a DocumentArrayProto. Throws XserveError BAD_REQUEST. */
export function scanDocuments(bytes: Uint8Array, start: number, end: number, bounds: number[]): void {
  let at = start
  while (at < end) {
    const tag = bytes[at++]!
    let length = 0
    for (let scale = 1; ; scale *= 128) {
      if (at >= end || scale > 1e15) throw malformed('a DocumentArray ends within a number')
      const byte = bytes[at++]!
      length += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    if (tag % 8 !== 2 || tag < 8) throw malformed('it is no DocumentArray')
    if (length > end - at) throw malformed('a document is longer than the message')
    if (tag === 0x0a) bounds.push(at, at + length)
    at += length
  }
}
