/**
 * What goes over the socket: every message is one frame, or many of at most CHUNK bytes. A frame is a head of 12 bytes,
 * little endian (u32 length of the payload · u32 call · u8 kind · u8 flags · u16 spare), and its payload.
 */
export const HEAD = 12

/** Payload bytes that travel in one piece; larger messages are cut, so that no other call waits for a whole one. */
export const CHUNK = 64 * 1024

/** The same for those through shared memory. */
export const SHARED_CHUNK = 256 * 1024

/** The first chunk of a message begins with the message's total length, u32. */
export const TOTAL = 4

/** No message may be larger; a head that says so is taken for garbage. */
export const MAX_MESSAGE = 2 ** 31 - 1

/** Call numbers stay within 31 bits, and 0 is the link's own (control). */
export const MAX_CALL = 2 ** 31 - 1

export const Kind = {
  call: 1,
  item: 2,
  end: 3,
  fail: 4,
  cancel: 5,
  /** Payload: u32 items · u32 bytes, which the reader of a stream has taken since its last credit. */
  credit: 6,
  control: 7,
  /** Memory that this end would write to. Payload: u32 bytes · path. */
  offer: 8,
  /** The other end has opened it (payload: u32 1), or cannot (0). */
  take: 9,
  /** Payload: u32 bytes of the memory that have been copied out, in the order in which they were told of. */
  free: 10,
  /** Memory out of which this end lends. Payload: u32 id · u32 bytes · path. */
  show: 11,
  /** The other end sees it, or cannot. Payload: u32 id · u32 1 or 0. */
  seen: 12,
  /** Nothing more is lent out of it. Payload: u32 id. */
  unshow: 13,
  /** What was lent has been read. Payload: u32 id · u32 offset. */
  back: 14,
  /** A call whose answer may be lent. */
  borrow: 15,
} as const

export type Kind = (typeof Kind)[keyof typeof Kind]

/** The frame holds a part of its message. */
export const FLAG_CHUNK = 1
/** The frame is the first part. */
export const FLAG_FIRST = 2
/** The part lies in shared memory; in the frame are only u32 offset · u32 length. With FLAG_CHUNK, always. */
export const FLAG_SHARED = 4
export const WHERE = 8
/** The part is lent: in the frame are only u32 id · u32 offset · u32 length. With FLAG_CHUNK, always. */
export const FLAG_LENT = 8
export const LENT = 12

export function isKind(value: number): value is Kind {
  return value >= Kind.call && value <= Kind.borrow
}

export function writeHead(view: DataView, at: number, length: number, call: number, kind: Kind, flags: number): void {
  view.setUint32(at, length, true)
  view.setUint32(at + 4, call, true)
  // Kind, flags and the spare in one go.
  view.setUint32(at + 8, kind | (flags << 8), true)
}

export function lengthOf(parts: readonly Uint8Array[]): number {
  let total = 0
  for (let i = 0; i < parts.length; i++) total += parts[i]!.length
  return total
}
