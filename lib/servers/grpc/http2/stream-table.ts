/** The streams of a connection: how they begin and end, and how much the peer may send on them (RFC 9113 §5.1, §5.2). */
import { XserveError } from '../../../errors.ts'
import { RefusedCall, StreamingCall, UnaryCall } from './calls.ts'
import { writeReset, writeWindowUpdate } from './control-frames.ts'
import type { FrontState } from './front-state.ts'
import * as limits from './limits.ts'
import { Code, ConnectionFault, LARGEST_WINDOW } from './protocol.ts'
import type { RequestHead } from './request-head.ts'
import { overflow, type Sender } from './sender.ts'
import type { Stream, StreamHost } from './stream.ts'

/** Streams that we ended first, whose frames may still be on their way. */
const MOST_CUT = 256

export interface StreamTableOwner {
  readonly peer: string
  /** The last stream is gone. */
  emptied(): void
}

/** Hot-path object: one per connection. */
export class StreamTable implements StreamHost {
  readonly patience = new limits.Patience()
  /** The highest stream of the peer so far. */
  lastId = 0
  /** New streams are refused: the peer has been told that nobody looks at them. */
  refusing = false

  private readonly streams = new Map<number, Stream>()
  private readonly cut = new Set<number>()
  /** Ids that the peer has passed over last. */
  private gapFrom = 0
  private gapTo = 0
  private receiveLeft = limits.CONNECTION_WINDOW
  private heldBytes = 0

  constructor(
    readonly front: FrontState,
    readonly sender: Sender,
    private readonly owner: StreamTableOwner,
  ) {}

  get peer(): string {
    return this.owner.peer
  }

  get size(): number {
    return this.streams.size
  }

  get(id: number): Stream | undefined {
    return this.streams.get(id)
  }

  /** We ended the stream: what comes of it was on its way. */
  wasCut(id: number): boolean {
    return this.cut.has(id)
  }

  /** The stream is below the last one and never was. */
  passedOver(id: number): boolean {
    return id >= this.gapFrom && id <= this.gapTo
  }

  /** A request begins a stream. `dependency`: the stream that it names as its parent, -1 for none. */
  begin(id: number, ends: boolean, head: RequestHead, dependency: number): void {
    if (id > this.lastId + 2) {
      this.gapFrom = this.lastId + 2
      this.gapTo = id - 2
    }
    this.lastId = id
    if (head.malformed !== '' || dependency === id) {
      this.patience.echoedFrame('a malformed request')
      this.refuse(id, Code.protocolError)
    } else if (this.refusing || this.streams.size >= this.front.tuning.mostStreams) this.refuse(id, Code.refusedStream)
    else this.open(id, ends, head)
  }

  private open(id: number, ends: boolean, head: RequestHead): void {
    const { method } = head
    if (method === null || head.http !== null || head.refusal !== null) {
      const refused = new RefusedCall(id, head, this)
      this.streams.set(id, refused)
      if (ends) this.remoteEnd(refused)
      refused.refuse()
    } else if (method.kind === 'unary') {
      const call = new UnaryCall(id, head, this, method)
      this.streams.set(id, call)
      if (ends) this.remoteEnd(call)
    } else {
      const call = new StreamingCall(id, head, this)
      this.streams.set(id, call)
      call.open(method)
      if (ends) this.remoteEnd(call)
    }
  }

  /** The peer has sent the last frame of the stream. */
  remoteEnd(stream: Stream): void {
    const { contentLength } = stream.requestHead
    if (contentLength >= 0 && contentLength !== stream.received) this.reset(stream, Code.protocolError)
    else stream.remoteEnd()
  }

  /**
   * Ends a stream for a fault of its peer (§5.4.2). Such a fault takes the call back as RST_STREAM does, and would be the way
   * around its limit if it did not count.
   */
  reset(stream: Stream, code: Code): void {
    if (stream.closed) return
    this.giveUp(stream, code)
    this.patience.reset()
  }

  private giveUp(stream: Stream, code: Code): void {
    this.remove(stream)
    stream.lost()
    this.refuse(stream.id, code)
    this.tellEmpty()
  }

  /** The peer takes the call back, or does not want the rest of its answer. */
  resetByPeer(stream: Stream): void {
    this.remove(stream)
    stream.lost()
    this.patience.reset()
    this.tellEmpty()
  }

  /** Answers a frame of a stream that is not there. */
  refuse(id: number, code: Code): void {
    if (this.cut.size >= MOST_CUT) this.cut.delete(this.cut.values().next().value!)
    this.cut.add(id)
    writeReset(this.sender.out, id, code)
  }

  finished(stream: Stream): void {
    if (stream.closed) return
    this.remove(stream)
    this.patience.answered()
    // The peer need not send the rest of its request (§8.1).
    if (!stream.remoteEnded) this.refuse(stream.id, Code.noError)
    this.tellEmpty()
  }

  // How much the peer may send.

  /** A DATA frame takes room on the connection, and gets it back unless too much waits for its methods. */
  take(length: number): void {
    this.receiveLeft -= length
    if (this.receiveLeft < 0) {
      throw new ConnectionFault(Code.flowControlError, 'more DATA than the connection has room for')
    }
    this.creditConnection()
  }

  credit(stream: Stream): void {
    const used = limits.STREAM_WINDOW - stream.receiveLeft
    if (stream.closed || stream.remoteEnded || used < limits.STREAM_WINDOW / 2) return
    stream.receiveLeft += used
    writeWindowUpdate(this.sender.out, stream.id, used)
  }

  held(bytes: number): void {
    this.heldBytes += bytes
    if (bytes < 0) this.creditConnection()
  }

  private creditConnection(): void {
    const used = limits.CONNECTION_WINDOW - this.receiveLeft
    if (used < limits.CONNECTION_WINDOW / 2 || this.heldBytes > limits.MOST_HELD_BYTES) return
    this.receiveLeft += used
    writeWindowUpdate(this.sender.out, 0, used)
  }

  /** The peer's SETTINGS_INITIAL_WINDOW_SIZE changes the window of each stream (§6.9.2). */
  resize(initialWindow: number): void {
    const change = initialWindow - this.sender.initialWindow
    this.sender.initialWindow = initialWindow
    if (change !== 0) for (const stream of this.streams.values()) this.widen(stream, change)
  }

  /** The peer takes more (or, by settings, less) of a stream. */
  widen(stream: Stream, change: number): void {
    stream.sendWindow += change
    if (stream.sendWindow > LARGEST_WINDOW) throw overflow(`stream ${stream.id}`)
    this.sender.widened(stream)
  }

  // What comes to all streams.

  /** Streaming calls end as soon as they can; new ones are refused by then. */
  drain(): void {
    for (const stream of [...this.streams.values()]) stream.drain()
  }

  abort(): void {
    for (const stream of [...this.streams.values()]) stream.abort()
  }

  /** The connection is gone. */
  lost(): void {
    const streams = [...this.streams.values()]
    this.streams.clear()
    for (const stream of streams) {
      stream.closed = true
      stream.lost()
    }
  }

  /** Looks for calls that hold on to their streams without using them. */
  look(second: number): void {
    const room = this.heldBytes <= limits.MOST_HELD_BYTES
    for (const stream of [...this.streams.values()]) {
      const { reader } = stream
      if (stream.answeredAt > 0) {
        if (second - stream.answeredAt >= limits.SPANS.unwanted) this.giveUp(stream, Code.cancel)
        continue
      }
      const within = reader?.within === true && room && stream.takes
      if (within && stream.progressSeen >= 0 && reader.progress - stream.progressSeen < limits.MESSAGE_BYTES_PER_SPAN) {
        stream.fail(new XserveError('BAD_REQUEST', 'the message arrives too slowly'))
      }
      stream.progressSeen = within ? reader.progress : -1
    }
  }

  private remove(stream: Stream): void {
    stream.closed = true
    this.streams.delete(stream.id)
  }

  private tellEmpty(): void {
    if (this.streams.size === 0) this.owner.emptied()
  }
}
