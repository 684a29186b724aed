/**
 * What one peer may cost. Each limit is told by name to the peer that goes beyond it (GOAWAY or status).
 *
 * The memory of a connection: some 2.5 KB while it is idle. Of requests, what has come of each (up to the largest message that
 * the server takes, which is the operator's to say) for MOST_STREAMS at most, and MOST_HELD_BYTES with a window more of messages
 * that wait for their methods. Of answers, MOST_UNSENT_BYTES and one answer; of streams, HIGH_WATER and one message each. Beside
 * them a header block, a frame, a table of 4 KB and MOST_UNREAD_BYTES.
 */
import { Code, ConnectionFault } from './protocol.ts'

/**
 * Calls under way on one connection. Jina's servers name no limit and its client sends up to 1000 at once; a call that
 * waits costs about a kilobyte beside its messages.
 */
export const MOST_STREAMS = 4096
/**
 * The list of a request's header fields, as SETTINGS_MAX_HEADER_LIST_SIZE counts it: 32 bytes a field beside its characters,
 * so that there are never more than 2048 fields. 8 KiB is what others allow.
 */
export const HEADER_LIST_BYTES = 64 * 1024
/** The same as it travels, and in how many frames: what is longer has been made to do harm. */
export const HEADER_BLOCK_BYTES = 64 * 1024
export const MOST_CONTINUATIONS = 16
/** What a stream may send before it is read: one round trip at full speed, on most networks. */
export const STREAM_WINDOW = 1024 * 1024
/** Messages that wait because their methods have paused: beyond it nothing more is read of the connection. */
export const MOST_HELD_BYTES = 16 * 1024 * 1024
export const CONNECTION_WINDOW = 4 * 1024 * 1024
/** Bytes of our small frames that wait for a peer that does not read. */
export const MOST_UNREAD_BYTES = 256 * 1024
/**
 * Bytes of answers that wait because the peer reads slowly or not at all; what is answered beyond it fails. A thousand calls at
 * once, as Jina's client sends them, with answers of a megabyte are honest.
 */
export const MOST_UNSENT_BYTES = 1024 * 1024 * 1024
/** Bytes of a stream's answer that wait, beyond which its method is told to wait. */
export const HIGH_WATER = 128 * 1024
export const LOW_WATER = 32 * 1024

/** Seconds, by what is waited for. */
export const SPANS = {
  /** The first words of a connection. */
  preface: 10,
  /** The rest of a header block or frame that has begun. */
  frame: 20,
  /** A message that has begun brings MESSAGE_BYTES_PER_SPAN in each such span. */
  message: 30,
  /** A word of the peer, whatever it says; then it is asked (PING). */
  silence: 60,
  /** The answer to that question. */
  pong: 20,
  /** A peer that reads nothing at all, while we have something for it. */
  unread: 60,
  /** An answer that is complete, while the peer gives its stream no window. */
  unwanted: 300,
} as const

/** A message slower than this is given up. */
export const MESSAGE_BYTES_PER_SPAN = 4096

/** Frames that bring nothing and may come in one second: some clients ping before each call. */
const IDLE_FRAMES_PER_SECOND = 10_000
/** Frames that we have to answer (PING, SETTINGS, DATA of streams that are closed, malformed requests), per second. */
const ECHOED_FRAMES_PER_SECOND = 2_000
/**
 * Calls that their caller takes back: one that takes back half of its calls (hedging) never runs dry, since each call that
 * is answered gives one more.
 */
const RESETS_AT_ONCE = 1_000
const RESETS_PER_SECOND = 200

/** Counts what a peer costs without a use for anybody. One per connection. */
export class Patience {
  private second = 0
  private idle = 0
  private echoed = 0
  private resets = RESETS_AT_ONCE

  tick(second: number): void {
    const passed = second - this.second
    this.second = second
    this.idle = 0
    this.echoed = 0
    this.resets = Math.min(RESETS_AT_ONCE, this.resets + passed * RESETS_PER_SECOND)
  }

  /** A frame that brings nothing. */
  idleFrame(what: string): void {
    if (++this.idle > IDLE_FRAMES_PER_SECOND) throw flood(`${IDLE_FRAMES_PER_SECOND} frames of no use, last ${what}`)
  }

  /** A frame that makes us send one. */
  echoedFrame(what: string): void {
    if (++this.echoed > ECHOED_FRAMES_PER_SECOND) {
      throw flood(`${ECHOED_FRAMES_PER_SECOND} frames that have to be answered, last ${what}`)
    }
  }

  /** A call taken back before its answer, in words or by a fault that ends it. */
  reset(): void {
    if (--this.resets < 0) throw flood(`${RESETS_PER_SECOND} calls taken back, for longer than a moment`)
  }

  answered(): void {
    if (this.resets < RESETS_AT_ONCE) this.resets++
  }
}

function flood(what: string): ConnectionFault {
  return new ConnectionFault(Code.enhanceYourCalm, `more than ${what} within a second`)
}
