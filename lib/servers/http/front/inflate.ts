/** Bodies that were sent compressed (`content-encoding`), with the limit upon what comes out. */

import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { XserveError } from '../../../errors.ts'
import { type Unpack, unpackWithin } from '../../socket/unpack.ts'

export type ContentCoding = 'gzip' | 'deflate'

/** The codings named in a header: null when the body is plain, undefined when one is not known here. */
export function contentCodingOf(header: string | undefined): ContentCoding | null | undefined {
  if (header === undefined) return null
  switch (header.toLowerCase()) {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    case 'deflate':
      return 'deflate'
    default:
      return undefined
  }
}

/** Rejects with BAD_REQUEST for what is not compressed so, TOO_LARGE beyond `limit` bytes (-1: none). */
export function inflateBody(bytes: Uint8Array, coding: ContentCoding, limit: number): Promise<Uint8Array> {
  return unpackWithin(unpackerOf(bytes, coding), bytes, limit, {
    tooLarge: () => tooLarge(limit),
    broken: (cause) =>
      new XserveError('BAD_REQUEST', `the body is not ${coding} as its content-encoding says`, { cause }),
  })
}

/** "deflate" means the zlib format (RFC 9110 §8.4.1.2), yet some send it without that wrapping. */
function unpackerOf(bytes: Uint8Array, coding: ContentCoding): Unpack {
  if (coding === 'gzip') return gunzip
  const wrapped = bytes.length > 1 && (bytes[0]! & 15) === 8 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0
  return wrapped ? inflate : inflateRaw
}

/** What a caller is told whose body is beyond the limit, compressed or not. */
export function tooLarge(limit: number): XserveError {
  return new XserveError('TOO_LARGE', `the body of the request is larger than ${limit} bytes`, {
    hint: 'send less at once, or raise the limit of the server',
  })
}
