/**
 * Writes protobuf back to front: a nested message's length is known when its tag is written, so nothing is moved or
 * measured twice, and every byte is copied once.
 */
import { utf8Write } from './buffer-writes.ts'

const CAPACITY = 4096
/** A finished message at least this large is handed over with its buffer instead of being copied. */
const HAND_OVER = 64 * 1024
/** Below this a loop over ASCII beats the call into the encoder. */
const SHORT_TEXT = 24

/** Works on any Uint8Array and spares making a view of the part. */
const { copy } = Buffer.prototype
/** Below this a loop beats the call. */
const SHORT_RUN = 40

const float32 = new Float32Array(1)
const float32Bytes = new Uint8Array(float32.buffer)
const float64 = new Float64Array(1)
const float64Bytes = new Uint8Array(float64.buffer)

export class ReverseWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(CAPACITY)
  /** First written byte. */
  #at = CAPACITY

  /** Bytes written so far; the difference of two readings is the length of what lies between. */
  get length(): number {
    return this.#buffer.length - this.#at
  }

  #reserve(size: number): void {
    if (size <= this.#at) return
    const used = this.length
    // After something huge there must be room for the tags before it, else all is moved again.
    const grown = Buffer.allocUnsafeSlow(Math.max(used + size + CAPACITY, this.#buffer.length * 2))
    grown.set(this.#buffer.subarray(this.#at), grown.length - used)
    this.#buffer = grown
    this.#at = grown.length - used
  }

  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const size = end - start
    this.#reserve(size)
    this.#at -= size
    const buffer = this.#buffer
    if (size > SHORT_RUN) {
      copy.call(bytes, buffer, this.#at, start, end)
      return
    }
    for (let from = start, to = this.#at; from < end; ) buffer[to++] = bytes[from++]!
  }

  varint(value: number): void {
    this.#reserve(10)
    const buffer = this.#buffer
    if (value < 0x80) {
      buffer[--this.#at] = value
      return
    }
    let size = 1
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++
    let at = (this.#at -= size)
    let rest = value
    while (rest >= 0x80) {
      buffer[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    buffer[at] = rest
  }

  /** UTF-8 without tag and length. */
  #text(text: string): void {
    const { length } = text
    if (length <= SHORT_TEXT) {
      this.#reserve(length)
      const buffer = this.#buffer
      const start = this.#at - length
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code >= 0x80) break
        buffer[start + i] = code
      }
      if (i === length) {
        this.#at = start
        return
      }
    }
    const size = Buffer.byteLength(text)
    this.#reserve(size)
    this.#at -= size
    utf8Write.call(this.#buffer, text, this.#at, size)
  }

  textField(number: number, text: string): void {
    const before = this.length
    this.#text(text)
    this.varint(this.length - before)
    this.varint(number * 8 + 2)
  }

  bytesField(number: number, bytes: Uint8Array): void {
    this.raw(bytes)
    this.varint(bytes.length)
    this.varint(number * 8 + 2)
  }

  uintField(number: number, value: number): void {
    this.varint(value)
    this.varint(number * 8)
  }

  float(value: number): void {
    float32[0] = value
    this.raw(float32Bytes)
  }

  floatField(number: number, value: number): void {
    this.float(value)
    this.varint(number * 8 + 5)
  }

  doubleField(number: number, value: number): void {
    float64[0] = value
    this.raw(float64Bytes)
    this.varint(number * 8 + 1)
  }

  /** Closes a nested message whose content was written since `length` was `before`. */
  close(number: number, before: number): void {
    this.varint(this.length - before)
    this.varint(number * 8 + 2)
  }

  finish(): Uint8Array {
    const size = this.length
    const written = this.#buffer.subarray(this.#at)
    let out = written
    if (size >= HAND_OVER) this.#buffer = Buffer.allocUnsafeSlow(CAPACITY)
    else {
      out = Buffer.allocUnsafe(size)
      written.copy(out)
    }
    this.#at = this.#buffer.length
    return out
  }

  /** Forgets what a failed encoding has left. */
  reset(): void {
    if (this.#buffer.length > 16 * HAND_OVER) this.#buffer = Buffer.allocUnsafeSlow(CAPACITY)
    this.#at = this.#buffer.length
  }
}

/** The writer that is not in use: encoding can run user code (a getter in tags) that encodes, too. */
let spare: ReverseWriter | null = null

/** The bytes that `write` writes, back to front. */
export function encodeWith(write: (writer: ReverseWriter) => void): Uint8Array {
  const writer = spare ?? new ReverseWriter()
  spare = null
  try {
    write(writer)
    return writer.finish()
  } finally {
    writer.reset()
    spare = writer
  }
}
