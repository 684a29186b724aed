/** What was sent compressed, with the limit upon what comes out: a few bytes may mean gigabytes. */
import type { gunzip } from 'node:zlib'
import type { XserveError } from '../../errors.ts'

/** One of zlib's functions. */
export type Unpack = typeof gunzip

export interface UnpackFaults {
  /** It is larger than the limit. */
  tooLarge(): XserveError
  /** It is not compressed so. */
  broken(cause: Error): XserveError
}

/** `limit` in bytes, -1: none. Rejects with what `faults` make. */
export function unpackWithin(
  unpack: Unpack,
  bytes: Uint8Array,
  limit: number,
  faults: UnpackFaults,
): Promise<Uint8Array> {
  const options = limit >= 0 ? { maxOutputLength: Math.max(limit, 1) } : {}
  return new Promise((resolve, reject) => {
    unpack(bytes, options, (error, plain) => {
      if (error === null || error === undefined) {
        if (limit >= 0 && plain.length > limit) reject(faults.tooLarge())
        else resolve(plain)
      } else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(faults.tooLarge())
      else reject(faults.broken(error))
    })
  })
}
