/**
 * JSON written to bytes piece by piece. A text of forty pieces that is put together as a text is walked again to make it one,
 * measured and encoded, which takes four times as long as all the rest of an answer.
 */
import { latin1Write, utf8Write } from '../protobuf/buffer-writes.ts'
import { readText } from '../protobuf/reader.ts'

/**
 * Answers lie behind one another in a block, so that few blocks are made; one that is kept keeps no more than this alive. The
 * answers of one tick, 64 small ones, fit, so that the block is given back whole and no other is made.
 */
const BLOCK = 64 * 1024
/** Longer texts are left to JSON.stringify, which looks at several characters at once. */
const SHORT = 512
/** Less than this left of a block is not worth beginning in. */
const LEAST = 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const NO_BLOCK = Buffer.alloc(0)

/** ASCII that stands in a JSON string as it is. One look at a table takes two thirds of the time of four comparisons. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x7f)
PLAIN[QUOTE] = 0
PLAIN[BACKSLASH] = 0

const { copy } = Buffer.prototype

/** One is used for all answers: `begin`, pieces, then `take` or `text`. */
export class JsonText {
  #block: Buffer = NO_BLOCK
  #start = 0
  #at = 0
  /** Answers taken out of the block and not given back. */
  #lent = 0

  /** Forgets what was written by somebody who did not come to an end. */
  begin(): this {
    this.#at = this.#start
    return this
  }

  /** Text of the program's own: ASCII alone. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#at += latin1Write.call(this.#block, text, this.#at)
  }

  /** The same as bytes that are at hand; gives the place where they stand, for `digitsAt` before anything else is written. */
  bytes(piece: Uint8Array): number {
    this.#reserve(piece.length)
    const place = this.#at
    this.#block.set(piece, place)
    this.#at += piece.length
    return place
  }

  /** Any JSON. */
  json(text: string): void {
    this.#reserve(text.length > SHORT ? Buffer.byteLength(text) : text.length * 3)
    this.#at += utf8Write.call(this.#block, text, this.#at)
  }

  /** A text as a JSON string. */
  quoted(text: string): void {
    if (text.length > SHORT || !this.#copyText(text)) this.json(JSON.stringify(text))
  }

  /** The UTF-8 text in `bytes` as a JSON string: as it stands there if it can. */
  quotedBytes(bytes: Uint8Array, from: number, to: number): void {
    if (to - from > SHORT || !this.#copyBytes(bytes, from, to)) this.quoted(readText(bytes, from, to))
  }

  /** `value` with leading zeros. */
  digits(value: number, count: number): void {
    this.#reserve(count)
    this.digitsAt(this.#at, value, count)
    this.#at += count
  }

  /** The same over what stands there. */
  digitsAt(place: number, value: number, count: number): void {
    const block = this.#block
    let rest = value
    for (let i = place + count - 1; i >= place; i--) {
      const next = Math.trunc(rest / 10)
      block[i] = ZERO + rest - next * 10
      rest = next
    }
  }

  /** What was written, as bytes that stay as they are until they are given back, if ever. */
  take(): Uint8Array {
    const bytes = this.#block.subarray(this.#start, this.#at)
    this.#start = this.#at
    this.#lent++
    if (this.#block.length > BLOCK || this.#block.length - this.#at < LEAST) this.#drop()
    return bytes
  }

  /** Of bytes that were taken, once. A block that all have given back is written anew: memory that is near, and none to collect. */
  giveBack(bytes: Uint8Array): void {
    if (bytes.buffer !== this.#block.buffer || --this.#lent > 0) return
    this.#block.copyWithin(0, this.#start, this.#at)
    this.#at -= this.#start
    this.#start = 0
  }

  #drop(): void {
    this.#block = NO_BLOCK
    this.#start = 0
    this.#at = 0
    this.#lent = 0
  }

  text(): string {
    const text = this.#block.toString('utf8', this.#start, this.#at)
    this.#at = this.#start
    if (this.#block.length > BLOCK) this.#drop()
    return text
  }

  #copyText(text: string): boolean {
    const { length } = text
    this.#reserve(length + 2)
    const block = this.#block
    let at = this.#at
    block[at++] = QUOTE
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7e || PLAIN[code] === 0) return false
      block[at++] = code
    }
    block[at++] = QUOTE
    this.#at = at
    return true
  }

  #copyBytes(bytes: Uint8Array, from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (PLAIN[bytes[i]!] === 0) return false
    this.#reserve(to - from + 2)
    const block = this.#block
    let at = this.#at
    block[at++] = QUOTE
    at += copy.call(bytes as Buffer, block, at, from, to)
    block[at++] = QUOTE
    this.#at = at
    return true
  }

  #reserve(size: number): void {
    const needed = this.#at + size
    if (needed <= this.#block.length) return
    const used = this.#at - this.#start
    const larger = Buffer.allocUnsafeSlow(Math.max(BLOCK, (used + size) * (used < BLOCK ? 1 : 2)))
    this.#block.copy(larger, 0, this.#start, this.#at)
    this.#block = larger
    this.#start = 0
    this.#at = used
    this.#lent = 0
  }
}
