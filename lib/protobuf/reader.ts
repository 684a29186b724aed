/** Reads protobuf's wire format from a byte range, with every length checked (protobuf encoding guide). */
import { XserveError } from '../errors.ts'

const MALFORMED_HINT = 'the bytes were cut, changed on the way, or are of another message'

export function malformed(what: string): XserveError {
  return new XserveError('BAD_REQUEST', `malformed protobuf: ${what}`, { hint: MALFORMED_HINT })
}

/** A position in bytes. Methods move it; all throw XserveError BAD_REQUEST at malformed input. */
export class Reader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get done(): boolean {
    return this.at >= this.end
  }

  /** Unsigned, exact up to 2^53; a negative int32 (ten bytes) comes out as its low bits via `>>> 0` of the caller. */
  varint(): number {
    const { bytes, end } = this
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) throw malformed('it ends within a number')
      const byte = bytes[this.at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw malformed('a number is longer than ten bytes')
  }

  /** Field number and wire type as one number: `number * 8 + type`. */
  tag(): number {
    const tag = this.varint()
    if (tag < 8) throw malformed('a field has number 0')
    return tag
  }

  /** Length of a delimited field, checked against what is left. */
  length(): number {
    const length = this.varint()
    if (length > this.end - this.at) throw malformed('a field is longer than the message')
    return length
  }

  /** A view, not a copy. */
  content(): Uint8Array {
    const length = this.length()
    return this.bytes.subarray(this.at, (this.at += length))
  }

  /** A reader on the content of a nested message, which is skipped here. */
  nested(): Reader {
    const length = this.length()
    const start = this.at
    this.at += length
    return new Reader(this.bytes, start, this.at)
  }

  text(): string {
    const length = this.length()
    const start = this.at
    this.at += length
    return readText(this.bytes, start, this.at)
  }

  float(): number {
    return dataView(this.bytes).getFloat32(this.#fixed(4), true)
  }

  double(): number {
    return dataView(this.bytes).getFloat64(this.#fixed(8), true)
  }

  #fixed(size: number): number {
    if (this.end - this.at < size) throw malformed('it ends within a number')
    const start = this.at
    this.at += size
    return start
  }

  /** Moves behind the content of a field whose tag has just been read. */
  skip(tag: number): void {
    switch (tag % 8) {
      case 0:
        this.varint()
        return
      case 1:
        this.#fixed(8)
        return
      case 2: {
        // The length moves the position, so it must be read before the sum is.
        const length = this.length()
        this.at += length
        return
      }
      case 5:
        this.#fixed(4)
        return
      default:
        throw malformed(`a field has wire type ${tag % 8}`)
    }
  }
}

let viewed: Uint8Array | null = null
let view: DataView | null = null

/** The last view is kept: numbers come in rows from the same bytes. */
function dataView(bytes: Uint8Array): DataView {
  if (viewed !== bytes || view === null) {
    viewed = bytes
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  return view
}

/** They work on any Uint8Array and spare making a Buffer of it. */
const { latin1Slice, utf8Slice } = Buffer.prototype
/** Up to this length looking for other than ASCII costs less than decoding as UTF-8. */
const SHORT_TEXT = 32

/** UTF-8; bytes that are none become replacement characters, as in the other languages of the field. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_TEXT) return utf8Slice.call(bytes, start, end)
  for (let i = start; i < end; i++) if (bytes[i]! >= 0x80) return utf8Slice.call(bytes, start, end)
  return latin1Slice.call(bytes, start, end)
}
