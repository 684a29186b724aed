/** Writes protobuf's wire format into a growing buffer (protobuf encoding guide). */

const SMALL = 512

const float32 = new Float32Array(1)
const float32Bytes = new Uint8Array(float32.buffer)
const float64 = new Float64Array(1)
const float64Bytes = new Uint8Array(float64.buffer)

/** `finish` hands out a copy and keeps the buffer, so one writer can serve many messages. */
export class Writer {
  #buffer: Buffer
  at = 0

  constructor(capacity = SMALL) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity)
  }

  /** Makes room for so many bytes more. */
  reserve(size: number): void {
    const need = this.at + size
    if (need <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(need, this.#buffer.length * 2))
    grown.set(this.#buffer.subarray(0, this.at))
    this.#buffer = grown
  }

  varint(value: number): this {
    this.reserve(10)
    const buffer = this.#buffer
    let rest = value
    while (rest >= 0x80) {
      buffer[this.at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    buffer[this.at++] = rest
    return this
  }

  /** Bytes as they are, without tag or length. */
  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length)
    this.#buffer.set(bytes, this.at)
    this.at += bytes.length
    return this
  }

  bytes(number: number, content: Uint8Array): this {
    return this.varint(number * 8 + 2)
      .varint(content.length)
      .raw(content)
  }

  text(number: number, text: string): this {
    this.varint(number * 8 + 2)
    return this.#sized(() => {
      this.reserve(text.length * 3)
      this.at += this.#buffer.write(text, this.at, 'utf8')
    }, text.length * 3)
  }

  uint(number: number, value: number): this {
    return this.varint(number * 8).varint(value)
  }

  float(number: number, value: number): this {
    float32[0] = value
    return this.varint(number * 8 + 5).raw(float32Bytes)
  }

  double(number: number, value: number): this {
    float64[0] = value
    return this.varint(number * 8 + 1).raw(float64Bytes)
  }

  /** A nested message: what `write` writes, with its length in front. */
  message(number: number, write: () => void): this {
    this.varint(number * 8 + 2)
    return this.#sized(write, 0)
  }

  /** Guesses a length of one byte and moves the content when it was longer. */
  #sized(write: () => void, mostBytes: number): this {
    this.reserve(1 + mostBytes)
    const lengthAt = this.at
    this.at += 1
    write()
    const length = this.at - lengthAt - 1
    if (length < 0x80) {
      this.#buffer[lengthAt] = length
      return this
    }
    let extra = 1
    for (let rest = length; rest >= 0x4000; rest = Math.floor(rest / 128)) extra++
    this.reserve(extra)
    this.#buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.at)
    const end = this.at + extra
    this.at = lengthAt
    this.varint(length)
    this.at = end
    return this
  }

  /** The bytes written so far, as a copy; the writer begins anew. */
  finish(): Uint8Array {
    const out = Buffer.allocUnsafe(this.at)
    this.#buffer.copy(out, 0, 0, this.at)
    this.at = 0
    // A writer that once held something huge must not keep it for ever.
    if (this.#buffer.length > 1 << 20) this.#buffer = Buffer.allocUnsafeSlow(SMALL)
    return out
  }
}
