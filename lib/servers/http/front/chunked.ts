/** The chunked transfer coding (RFC 9112 §7.1), read from bytes that may be cut anywhere. */

/** Bytes of chunk extensions, and of trailers, that are read past before a caller is sent away. */
const MAX_IGNORED = 4096

const CR = 13
const LF = 10

// What comes next. Numbers in this order, since they are compared.
const SIZE = 0
const EXTENSION = 1
const SIZE_END = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILER = 6
const TRAILER_LINE = 7
const TRAILER_LF = 8
const LAST_LF = 9
const DONE = 10

/** Value of a hexadecimal digit; -1 for anything else. */
function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Hot-path object: one per chunked body. */
export class ChunkedReader {
  private step: number = SIZE
  private left = 0
  private digits = 0
  private ignored = 0

  get done(): boolean {
    return this.step === DONE
  }

  /** Hands pieces of data to `take` and says where reading ended: behind the body once `done`. -1: malformed. */
  read(bytes: Uint8Array, from: number, take: (piece: Uint8Array) => void): number {
    let at = from
    while (at < bytes.length && this.step !== DONE) {
      if (this.step === DATA) {
        const to = Math.min(bytes.length, at + this.left)
        take(bytes.subarray(at, to))
        this.left -= to - at
        at = to
        if (this.left === 0) this.step = DATA_CR
      } else if (!(this.step <= SIZE_END ? this.readSize(bytes[at]!) : this.readBetween(bytes[at]!))) {
        return -1
      } else {
        at++
      }
    }
    return at
  }

  /** The line before the data. false: malformed. */
  private readSize(byte: number): boolean {
    if (this.step === SIZE_END) {
      this.step = this.left === 0 ? TRAILER : DATA
      return byte === LF
    }
    if (byte === CR) {
      this.step = SIZE_END
      return this.digits > 0
    }
    if (this.step === EXTENSION) return this.ignore(byte)
    const digit = digitOf(byte)
    if (digit >= 0) {
      this.left = this.left * 16 + digit
      // 12 digits are 256 TiB, and exact as a number.
      return ++this.digits <= 12
    }
    this.step = EXTENSION
    // ";" or blanks before it
    return this.digits > 0 && (byte === 59 || byte === 32 || byte === 9)
  }

  /** What stands behind the data, and behind all of it. false: malformed. */
  private readBetween(byte: number): boolean {
    switch (this.step) {
      case DATA_CR:
        this.step = DATA_LF
        return byte === CR
      case DATA_LF:
        this.step = SIZE
        this.digits = 0
        return byte === LF
      case TRAILER:
        this.step = byte === CR ? LAST_LF : TRAILER_LINE
        return byte === CR || this.ignore(byte)
      case TRAILER_LINE:
        if (byte === CR) this.step = TRAILER_LF
        return byte === CR || this.ignore(byte)
      case TRAILER_LF:
        this.step = TRAILER
        return byte === LF
      default:
        this.step = DONE
        return byte === LF
    }
  }

  private ignore(byte: number): boolean {
    return (byte >= 32 || byte === 9) && byte !== 127 && ++this.ignored <= MAX_IGNORED
  }
}
