/** Walks the fields of a small message (status, route, header): for answers that somebody reads, not for the data path. */
import { XserveError } from '../errors.ts'

export interface Field {
  readonly number: number
  readonly wireType: number
  /** Varint value of wire type 0, else 0. */
  readonly value: number
  /** Content of wire type 2, else empty. */
  readonly bytes: Uint8Array
}

const EMPTY = new Uint8Array(0)

/** Throws XserveError BAD_REQUEST for malformed bytes. */
export function* readFields(bytes: Uint8Array, what: string): Generator<Field> {
  const broken = () => new XserveError('BAD_REQUEST', `${what} is malformed`)
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw broken()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw broken()
  }
  while (at < bytes.length) {
    const tag = varint()
    const wireType = tag % 8
    const number = Math.floor(tag / 8)
    let value = 0
    let content: Uint8Array = EMPTY
    if (wireType === 0) value = varint()
    else if (wireType === 2) {
      const length = varint()
      if (length > bytes.length - at) throw broken()
      content = bytes.subarray(at, (at += length))
    } else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else throw broken()
    if (at > bytes.length) throw broken()
    yield { number, wireType, value, bytes: content }
  }
}
