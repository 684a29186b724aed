/** Frames out of the bytes of a socket, however they are cut, and messages out of frames. */
import { XserveError } from '../errors.ts'
import {
  CHUNK,
  FLAG_CHUNK,
  FLAG_FIRST,
  FLAG_LENT,
  FLAG_SHARED,
  HEAD,
  isKind,
  type Kind,
  LENT,
  MAX_MESSAGE,
  TOTAL,
  WHERE,
} from './frame.ts'

export interface ReceiverOptions {
  /** Messages get memory of their own (in blocks of COPY_BLOCK for small ones), instead of views into what was read. */
  readonly copy: boolean
  /** A whole message. */
  deliver(kind: Kind, call: number, payload: Uint8Array): void
  /** Whether a message that comes in chunks is worth gathering; asked at its first chunk. */
  wanted(kind: Kind, call: number): boolean
  /** The part of a message that a frame tells of; raises what `receive` may raise. */
  view(offset: number, length: number): Uint8Array
  /** That part has been copied. */
  taken(length: number): void
  /** The part that is lent from a memory of the other end; raises what `receive` may raise. */
  look(id: number, offset: number, length: number): Uint8Array
  /** That part has been copied. */
  giveBack(id: number, offset: number): void
  /** A whole message is lent: delivers it as it lies, or says false, and it is copied as all others. */
  borrow(kind: Kind, call: number, id: number, offset: number, length: number): boolean
}

export interface Receiver {
  /**
   * Takes what was read; `bytes` must not change later. Raises XserveError INTERNAL for what cannot be a frame, after
   * which the stream is lost: close the link.
   */
  receive(bytes: Buffer): void
  /** Forgets the chunks of a call so far; the rest of them is skipped. */
  discard(call: number): void
}

interface Gathering {
  readonly kind: Kind
  readonly bytes: Buffer
  at: number
}

/**
 * Small messages are copied this many bytes at a time: one copy for dozens of messages, while one that is kept holds
 * this much memory and not the whole read (up to 512 KiB).
 */
const COPY_BLOCK = 4 * 1024

const LONGEST = CHUNK + TOTAL
/** A part is in one place or the other: what is larger has both flags, or others. */
const LAST_FLAGS = FLAG_CHUNK | FLAG_FIRST | FLAG_LENT

/** One receiver per socket. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { copy, deliver, wanted, view, taken, look, giveBack, borrow } = options
  const gatherings = new Map<number, Gathering>()

  // The head being read, and its bytes while it is cut.
  let length = 0
  let call = 0
  let kind: Kind = 1
  let flags = 0
  const head = Buffer.alloc(HEAD)
  const headView = new DataView(head.buffer, head.byteOffset, HEAD)
  let headFilled = 0

  // The payload being read while it is cut: bytes of `target` from `filled` up to `full`.
  let target: Buffer | null = null
  let filled = 0
  let full = 0

  function readHead(view: DataView, at: number): void {
    length = view.getUint32(at, true)
    call = view.getUint32(at + 4, true)
    const word = view.getUint32(at + 8, true)
    const type = word & 0xff
    flags = (word >>> 8) & 0xff
    if (!isKind(type)) throw malformed(`unknown kind of frame ${type}`)
    if (flags !== 0 && ((flags & FLAG_CHUNK) === 0 || flags > LAST_FLAGS)) throw malformed(`unknown flags ${flags}`)
    if (length > LONGEST) throw malformed(`a frame of ${length} bytes, longer than any may be`)
    kind = type
  }

  /** The payload of the head just read, complete and in memory that stays. */
  function complete(payload: Buffer): void {
    if ((flags & FLAG_CHUNK) === 0) {
      deliver(kind, call, payload)
      return
    }
    const start = (flags & FLAG_FIRST) === 0 ? 0 : TOTAL
    if (payload.length < start) throw malformed(`a first chunk of ${payload.length} bytes, too short for a total`)
    if ((flags & FLAG_LENT) !== 0) {
      completeLent(payload, start)
      return
    }
    if (start > 0) beginMessage(payload.readUInt32LE(0))
    const gathering = gatherings.get(call)
    if ((flags & FLAG_SHARED) !== 0) {
      if (payload.length !== start + WHERE) throw malformed(`a place of ${payload.length - start} bytes`)
      const part = view(payload.readUInt32LE(start), payload.readUInt32LE(start + 4))
      if (gathering !== undefined) reserve(gathering, part.length).set(part, gathering.at)
      taken(part.length)
      if (gathering !== undefined) advance(gathering, part.length)
    } else if (gathering !== undefined) {
      const size = payload.length - start
      payload.copy(reserve(gathering, size), gathering.at, start)
      advance(gathering, size)
    }
  }

  function completeLent(payload: Buffer, start: number): void {
    if (payload.length !== start + LENT) throw malformed(`a loan told in ${payload.length - start} bytes`)
    const id = payload.readUInt32LE(start)
    const offset = payload.readUInt32LE(start + 4)
    const length = payload.readUInt32LE(start + 8)
    if (start > 0) {
      const total = payload.readUInt32LE(0)
      if (total === length && !gatherings.has(call) && borrow(kind, call, id, offset, length)) return
      beginMessage(total)
    }
    const gathering = gatherings.get(call)
    if (gathering !== undefined) reserve(gathering, length).set(look(id, offset, length), gathering.at)
    giveBack(id, offset)
    if (gathering !== undefined) advance(gathering, length)
  }

  function beginMessage(total: number): void {
    if (gatherings.has(call)) throw malformed(`call ${call} began a message within another`)
    if (total > MAX_MESSAGE) throw malformed(`a message of ${total} bytes, longer than any may be`)
    if (wanted(kind, call)) gatherings.set(call, { kind, bytes: Buffer.allocUnsafeSlow(total), at: 0 })
  }

  /** The buffer of a message, checked to have room. */
  function reserve(gathering: Gathering, size: number): Buffer {
    if (gathering.kind !== kind) throw malformed(`call ${call} has a chunk of another kind in its message`)
    if (gathering.at + size > gathering.bytes.length)
      throw malformed(`call ${call} has a chunk beyond its message's total`)
    return gathering.bytes
  }

  function advance(gathering: Gathering, size: number): void {
    gathering.at += size
    if (gathering.at < gathering.bytes.length) return
    gatherings.delete(call)
    deliver(gathering.kind, call, gathering.bytes)
  }

  /** Begins a payload of which only `bytes` from `at` has come. A later chunk goes straight to its place. */
  function begin(bytes: Buffer, at: number): void {
    const gathering = flags === FLAG_CHUNK ? gatherings.get(call) : undefined
    if (gathering === undefined) {
      target = Buffer.allocUnsafeSlow(length)
      filled = 0
    } else {
      target = reserve(gathering, length)
      filled = gathering.at
    }
    full = filled + length
    filled += bytes.copy(target, filled, at)
  }

  /** The cut payload is whole. */
  function finish(whole: Buffer): void {
    target = null
    const gathering = flags === FLAG_CHUNK ? gatherings.get(call) : undefined
    if (gathering?.bytes === whole) advance(gathering, length)
    else if (flags !== FLAG_CHUNK) complete(whole)
  }

  /** Goes on with what the last read left; returns where the next whole head may begin. */
  function resume(bytes: Buffer): number {
    let at = 0
    if (headFilled > 0) {
      at = bytes.copy(head, headFilled, 0, Math.min(HEAD - headFilled, bytes.length))
      headFilled += at
      if (headFilled < HEAD) return at
      headFilled = 0
      readHead(headView, 0)
      begin(bytes.subarray(at, Math.min(at + length, bytes.length)), 0)
      at += Math.min(length, bytes.length - at)
    } else if (target !== null) {
      at = bytes.copy(target, filled, 0, Math.min(full - filled, bytes.length))
      filled += at
    }
    if (target !== null && filled === full) finish(target)
    return at
  }

  function receive(bytes: Buffer): void {
    const end = bytes.length
    let at = headFilled > 0 || target !== null ? resume(bytes) : 0
    if (at === end) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, end)
    let block = bytes
    let blockStart = 0
    let blockEnd = copy ? 0 : end
    while (end - at >= HEAD) {
      readHead(view, at)
      at += HEAD
      const next = at + length
      if (next > end) {
        begin(bytes, at)
        return
      }
      if (flags !== 0) {
        // Copied to its place in the message anyway.
        complete(bytes.subarray(at, next))
        at = next
        continue
      }
      if (next > blockEnd) {
        blockStart = at
        blockEnd = Math.min(end, Math.max(next, at + COPY_BLOCK))
        block = Buffer.allocUnsafeSlow(blockEnd - blockStart)
        bytes.copy(block, 0, blockStart, blockEnd)
      }
      complete(block.subarray(at - blockStart, next - blockStart))
      at = next
    }
    headFilled = bytes.copy(head, 0, at)
  }

  return {
    receive,
    discard(number) {
      gatherings.delete(number)
    },
  }
}

function malformed(what: string): XserveError {
  return new XserveError('INTERNAL', `The link between the server and a worker carried bytes it should not: ${what}.`, {
    hint: 'Something else wrote to the descriptor of the link; the worker is started again.',
  })
}
