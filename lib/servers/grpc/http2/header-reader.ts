/** Header blocks out of HEADERS and CONTINUATION frames (RFC 9113 §4.3, §6.2, §6.10), and requests out of blocks. */
import type { GrpcMethods } from '../method.ts'
import { FieldDecoder } from './field-decoder.ts'
import { HEADER_BLOCK_BYTES, HEADER_LIST_BYTES, MOST_CONTINUATIONS } from './limits.ts'
import { Code, ConnectionFault, PADDED, WITH_PRIORITY } from './protocol.ts'
import { type RequestHead, readRequestHead } from './request-head.ts'

/** Blocks longer than this are not compared with the last one: they hold something that changes. */
const LONGEST_KEPT = 512

const NOTHING = Buffer.alloc(0)

/** Hot-path object: one per connection. */
export class HeaderReader {
  /** The stream whose block is not complete; 0: none. */
  streamId = 0
  /** Flags of its HEADERS frame. */
  flags = 0
  /** The stream that this one says to depend on; -1: none. */
  dependency = -1
  private block: Buffer = NOTHING
  private length = 0
  private continuations = 0
  private readonly decoder = new FieldDecoder(HEADER_LIST_BYTES)
  // A caller sends the same block again and again; while the table stands, it means the same.
  private lastBlock: Buffer = NOTHING
  private lastVersion = -1
  private lastHead: RequestHead | null = null

  constructor(private readonly methods: GrpcMethods) {}

  /** Where the fragment in a HEADERS frame begins and ends. */
  fragment(bytes: Buffer, from: number, to: number, flags: number): { readonly from: number; readonly to: number } {
    let begin = from
    let end = to
    this.dependency = -1
    if ((flags & PADDED) !== 0) {
      if (begin >= end) throw new ConnectionFault(Code.frameSizeError, 'HEADERS too short for its padding')
      end -= bytes[begin++]!
    }
    if ((flags & WITH_PRIORITY) !== 0) {
      if (to - begin < 5) throw new ConnectionFault(Code.frameSizeError, 'HEADERS too short for its priority')
      this.dependency = bytes.readUInt32BE(begin) & 0x7fff_ffff
      begin += 5
    }
    if (end < begin) throw new ConnectionFault(Code.protocolError, 'HEADERS with more padding than payload')
    return { from: begin, to: end }
  }

  /** Keeps a fragment behind which more come. */
  begin(streamId: number, flags: number, bytes: Buffer, from: number, to: number): void {
    this.streamId = streamId
    this.flags = flags
    this.block = Buffer.allocUnsafe(to - from)
    this.length = bytes.copy(this.block, 0, from, to)
    this.continuations = 0
  }

  /** A CONTINUATION frame. */
  append(bytes: Buffer, from: number, to: number): void {
    const length = this.length + to - from
    if (++this.continuations > MOST_CONTINUATIONS || length > HEADER_BLOCK_BYTES) {
      const what = `more than ${HEADER_BLOCK_BYTES} bytes or ${MOST_CONTINUATIONS} CONTINUATION frames in a header block`
      throw new ConnectionFault(Code.enhanceYourCalm, what)
    }
    if (length > this.block.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.block.length * 2))
      this.block.copy(larger, 0, 0, this.length)
      this.block = larger
    }
    bytes.copy(this.block, this.length, from, to)
    this.length = length
  }

  /** The block that is complete now. */
  takeBlock(): Buffer {
    const block = this.block.subarray(0, this.length)
    this.streamId = 0
    this.block = NOTHING
    this.length = 0
    return block
  }

  request(bytes: Buffer, from: number, to: number): RequestHead {
    const { decoder, lastBlock } = this
    const length = to - from
    if (length === lastBlock.length && decoder.table.version === this.lastVersion && this.lastHead !== null) {
      let i = 0
      while (i < length && bytes[from + i] === lastBlock[i]) i++
      if (i === length) return this.lastHead
    }
    const { version } = decoder.table
    decoder.read(bytes, from, to)
    const head = readRequestHead([...decoder.names], [...decoder.values], decoder.tooLong, this.methods)
    if (decoder.table.version === version && length <= LONGEST_KEPT) {
      this.lastBlock = Buffer.from(bytes.subarray(from, to))
      this.lastVersion = version
      this.lastHead = head
    }
    return head
  }

  /** Trailers of a request; says what is wrong with them, '' when nothing is. They are not used. */
  trailers(bytes: Buffer, from: number, to: number): string {
    this.decoder.read(bytes, from, to)
    const pseudo = this.decoder.names.find((name) => name.startsWith(':'))
    return pseudo === undefined ? '' : `${pseudo} in trailers`
  }
}
