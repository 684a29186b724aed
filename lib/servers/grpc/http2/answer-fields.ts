/**
 * The header blocks of answers (RFC 7541 §6). Two fields are in every good answer, so they alone are put into the peer's
 * table, once per connection: from then on the head of an answer is two bytes and its trailers one.
 */
import { ENTRY_OVERHEAD, STATIC_COUNT, staticName, TABLE_BYTES } from './field-table.ts'
import { encodeHuffman, huffmanLength } from './huffman.ts'

const CONTENT_TYPE = ['content-type', 'application/grpc'] as const
const GRPC_OK = ['grpc-status', '0'] as const

/** :status 200 and content-type as indexes of the static table. */
const STATUS_200 = 0x80 | 8
const CONTENT_TYPE_NAME = 31
const STATUS_NAME = 8
const NEWEST = STATIC_COUNT + 1

const sizeOf = ([name, value]: readonly [string, string]): number => name.length + value.length + ENTRY_OVERHEAD
/** What our two fields take of the peer's table. */
const NEEDED = sizeOf(CONTENT_TYPE) + sizeOf(GRPC_OK)

if (staticName(CONTENT_TYPE_NAME) !== CONTENT_TYPE[0]) throw new Error('the static table is not that of RFC 7541')

/** Bytes that the largest block without free text takes: head, size update, status. */
export const PLAIN_BLOCK = 64

/** More than a literal field takes, whatever its texts. */
export function fieldRoom(name: string, value: string): number {
  return 12 + name.length + value.length
}

/** One per connection. Each method writes at `at` and returns where it ends. */
export class AnswerFields {
  private hasContentType = false
  private hasOk = false
  /** The peer keeps a table too small for our fields. */
  private plain = false
  private lowest = TABLE_BYTES
  /** What the next block has to tell of the table's size first; -1: nothing. */
  private update = -1

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. It is never used beyond the lowest it has been. */
  limitTable(bytes: number): void {
    if (bytes >= this.lowest) return
    this.lowest = bytes
    if (bytes < NEEDED) this.plain = true
    this.update = this.plain ? 0 : bytes
  }

  /** `:status: 200`, `content-type: application/grpc`. */
  head(out: Buffer, at: number): number {
    let end = this.sizeUpdate(out, at)
    out[end++] = STATUS_200
    if (this.hasContentType && !this.plain) {
      out[end++] = 0x80 | (this.hasOk ? NEWEST + 1 : NEWEST)
      return end
    }
    this.hasContentType = true
    end = writeNumber(out, end, CONTENT_TYPE_NAME, this.plain ? 4 : 6, this.plain ? 0 : 0x40)
    return writeText(out, end, CONTENT_TYPE[1])
  }

  /** `grpc-status: 0`. */
  ok(out: Buffer, at: number): number {
    let end = this.sizeUpdate(out, at)
    if (this.hasOk && !this.plain) {
      out[end++] = 0x80 | NEWEST
      return end
    }
    this.hasOk = true
    out[end++] = this.plain ? 0 : 0x40
    end = writeText(out, end, GRPC_OK[0])
    return writeText(out, end, GRPC_OK[1])
  }

  /** The status of an answer that is no gRPC. */
  httpStatus(out: Buffer, at: number, status: number): number {
    const end = writeNumber(out, this.sizeUpdate(out, at), STATUS_NAME, 4, 0)
    return writeText(out, end, String(status))
  }

  /** A field that nobody keeps. */
  field(out: Buffer, at: number, name: string, value: string): number {
    const end = this.sizeUpdate(out, at)
    out[end] = 0
    return writeText(out, writeText(out, end + 1, name), value)
  }

  /** §4.2, §6.3. */
  private sizeUpdate(out: Buffer, at: number): number {
    if (this.update < 0) return at
    const end = writeNumber(out, at, this.update, 5, 0x20)
    this.update = -1
    return end
  }
}

/** §5.1: `bits` of the first byte belong to the number, `flags` are the others. */
export function writeNumber(out: Buffer, at: number, value: number, bits: number, flags: number): number {
  const full = (1 << bits) - 1
  let end = at
  if (value < full) {
    out[end++] = flags | value
    return end
  }
  out[end++] = flags | full
  let rest = value - full
  while (rest >= 0x80) {
    out[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  out[end++] = rest
  return end
}

/** §5.2: in the Huffman code where that is shorter. Characters up to 255, a byte each. */
export function writeText(out: Buffer, at: number, text: string): number {
  const coded = huffmanLength(text)
  if (coded < text.length) return encodeHuffman(text, out, writeNumber(out, at, coded, 7, 0x80))
  const end = writeNumber(out, at, text.length, 7, 0)
  return end + out.write(text, end, 'latin1')
}
