/** Header blocks as fields (RFC 7541 §3, §6). */
import { ENTRY_OVERHEAD, FieldTable, TABLE_BYTES } from './field-table.ts'
import { decodeHuffman } from './huffman.ts'
import { Code, ConnectionFault } from './protocol.ts'

/** No honest number in a block is larger: an index, a length, the size of a table. */
const LARGEST_NUMBER = 0x0fff_ffff

/**
 * One per connection: what a block means depends on all before it, so a block that cannot be read ends the connection
 * with COMPRESSION_ERROR.
 */
export class FieldDecoder {
  /** The fields of the block read last; those beyond the limit are left out. */
  readonly names: string[] = []
  readonly values: string[] = []
  /** The list was longer than `mostBytes`. */
  tooLong = false
  readonly table = new FieldTable()

  private at = 0
  private listBytes = 0

  /** `mostBytes`: of the list of fields, each counted as in SETTINGS_MAX_HEADER_LIST_SIZE. */
  constructor(private readonly mostBytes: number) {}

  read(bytes: Buffer, from: number, to: number): void {
    const { table } = this
    this.at = from
    this.names.length = 0
    this.values.length = 0
    this.tooLong = false
    this.listBytes = 0
    let begun = false
    while (this.at < to) {
      const byte = bytes[this.at]!
      if (byte >= 0x80) {
        const index = this.index(bytes, to, 7)
        this.keep(table.name(index), table.value(index))
      } else if (byte >= 0x40) {
        const name = this.name(bytes, to, 6)
        const value = this.text(bytes, to)
        table.add(name, value)
        this.keep(name, value)
      } else if (byte >= 0x20) {
        if (begun) throw malformed('the size of the table changes within a block')
        const size = this.number(bytes, to, 5)
        if (size > TABLE_BYTES) throw malformed(`a table of ${size} bytes, ${TABLE_BYTES} are allowed`)
        table.resize(size)
        continue
      } else {
        const name = this.name(bytes, to, 4)
        this.keep(name, this.text(bytes, to))
      }
      begun = true
    }
  }

  private keep(name: string, value: string): void {
    this.listBytes += name.length + value.length + ENTRY_OVERHEAD
    if (this.listBytes > this.mostBytes) {
      this.tooLong = true
      return
    }
    this.names.push(name)
    this.values.push(value)
  }

  private index(bytes: Buffer, to: number, bits: number): number {
    const index = this.number(bytes, to, bits)
    if (!this.table.has(index)) throw malformed(`no field has the index ${index}`)
    return index
  }

  private name(bytes: Buffer, to: number, bits: number): string {
    if ((bytes[this.at]! & ((1 << bits) - 1)) === 0) {
      this.at++
      return this.text(bytes, to)
    }
    return this.table.name(this.index(bytes, to, bits))
  }

  /** §5.1. */
  private number(bytes: Buffer, to: number, bits: number): number {
    const full = (1 << bits) - 1
    let value = bytes[this.at++]! & full
    if (value < full) return value
    for (let shift = 0; this.at < to; shift += 7) {
      const byte = bytes[this.at++]!
      if (shift > 21 && (byte & 0x7f) !== 0) throw malformed('a number beyond all measure')
      value += (byte & 0x7f) * 2 ** shift
      if (value > LARGEST_NUMBER || shift > 28) throw malformed('a number beyond all measure')
      if (byte < 0x80) return value
    }
    throw malformed('the block ends within a number')
  }

  /** §5.2. */
  private text(bytes: Buffer, to: number): string {
    if (this.at >= to) throw malformed('the block ends before a text')
    const coded = bytes[this.at]! >= 0x80
    const length = this.number(bytes, to, 7)
    const from = this.at
    const end = from + length
    if (end > to) throw malformed('the block ends within a text')
    this.at = end
    if (!coded) return bytes.toString('latin1', from, end)
    const text = decodeHuffman(bytes, from, end)
    if (text === null) throw malformed('a text that is not in the Huffman code')
    return text
  }
}

function malformed(what: string): ConnectionFault {
  return new ConnectionFault(Code.compressionError, `a header block cannot be read: ${what}`)
}
