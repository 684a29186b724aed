/** One connection of the front, from its first bytes to its end (RFC 9113 §3.4, §5.4, §6.8). */
import { type FrontConnection, type FrontSocket, peerOf } from '../../socket/connection.ts'
import { writeGoaway, writePing } from './control-frames.ts'
import { FrameHandler } from './frame-handler.ts'
import { FrameReader } from './frame-reader.ts'
import type { FrontState } from './front-state.ts'
import { MOST_UNREAD_BYTES, SPANS } from './limits.ts'
import { judgeOpening } from './opening.ts'
import { Outbox } from './outbox.ts'
import { Code, ConnectionFault, LARGEST_STREAM } from './protocol.ts'
import { Sender } from './sender.ts'
import { StreamTable } from './stream-table.ts'

const NOTHING = Buffer.alloc(0)
const PING_BYTES = Buffer.from('xserve!?')
/** Seconds that a peer has to hang up after the last word, and to answer the PING before it. */
const LAST_WORDS = 3
const PARTING = 2
/** And so long its streams may take to send what they have begun, in seconds: a call that is cut short has failed though it was accepted. */
const LINGERING = 2

/** `parting`: the peer knows that we go, streams that it has begun meanwhile are served. `ending`: the last word is leaving. */
type Phase = 'opening' | 'open' | 'parting' | 'going' | 'ending' | 'closed'

/** Hot-path object: one per connection. */
export class Connection implements FrontConnection {
  private readonly out: Outbox
  private readonly sender: Sender
  private readonly streams: StreamTable
  private readonly handler: FrameHandler
  private readonly frames: FrameReader
  private phase: Phase = 'opening'
  private opening: Buffer = NOTHING
  private peerText = ''
  // Seconds of the clock; 0: not so.
  private deadline: number
  private heard: number
  private asked = 0
  private blockedSince = 0
  private unfinishedSince = 0
  private pongsSeen = 0
  private readonly born: number
  private busy: number
  private lastSeen = 0
  private why = ''
  private readonly age: number
  /** Since when the connection is over for its age; 0: it is not. */
  private retiredAt = 0
  private framesSeen = 0

  constructor(
    private readonly socket: FrontSocket,
    private readonly front: FrontState,
  ) {
    this.out = new Outbox(socket, front.pool)
    this.sender = new Sender(this.out)
    this.streams = new StreamTable(front, this.sender, this)
    this.handler = new FrameHandler(this.streams)
    this.frames = new FrameReader(this.handler)
    this.heard = front.clock.seconds
    this.deadline = this.heard + SPANS.preface
    this.born = this.heard
    this.busy = this.heard
    // Connections that were made together shall not end together.
    this.age = Math.ceil(front.tuning.age * (0.9 + Math.random() / 5))
  }

  get peer(): string {
    if (this.peerText === '') this.peerText = peerOf(this.socket)
    return this.peerText
  }

  receive(chunk: Buffer): void {
    if (this.phase === 'ending' || this.phase === 'closed') return
    this.heard = this.front.clock.seconds
    this.out.corked = true
    try {
      const frames = this.phase === 'opening' ? this.open(chunk) : chunk
      if (frames.length > 0) this.frames.read(frames)
      if (this.phase === 'parting' && this.handler.pongs > this.pongsSeen) this.go()
      if (this.out.blocked && this.out.waiting > MOST_UNREAD_BYTES) {
        throw new ConnectionFault(Code.enhanceYourCalm, `more than ${MOST_UNREAD_BYTES} bytes are not read`)
      }
    } catch (error) {
      this.fail(error)
    }
    this.out.corked = false
    this.out.flush()
    this.hangUp()
  }

  drained(): void {
    if (!this.out.blocked) return
    this.blockedSince = 0
    this.out.drained()
    if (this.out.blocked) return
    this.sender.pump()
    this.out.flush()
  }

  closed(): void {
    if (this.phase === 'closed') return
    this.phase = 'closed'
    this.opening = NOTHING
    this.out.close()
    this.streams.lost()
  }

  tick(second: number): void {
    this.streams.patience.tick(second)
    if (this.phase === 'opening' || this.phase === 'ending') {
      if (second >= this.deadline) this.terminate()
      return
    }
    if (this.phase === 'parting' && second >= this.deadline) this.go()
    else if (this.phase === 'going' && second >= this.deadline && this.retiredAt === 0) this.streams.drain()
    this.watchAge(second)
    this.watchReading(second)
    this.watchSilence(second)
    this.watchFrames(second)
    if (second % SPANS.message === 0) this.streams.look(second)
  }

  drain(): void {
    if (this.phase === 'opening') this.terminate()
    this.retiredAt = 0
    if (this.phase === 'open') this.part('the server stops')
  }

  /** Its end is announced, for the reason given; what has begun is served. */
  private part(why: string): void {
    this.why = why
    this.phase = 'parting'
    this.deadline = this.front.clock.seconds + PARTING
    this.pongsSeen = this.handler.pongs
    // Streams that the peer begins before it hears of it count as accepted (§6.8).
    writeGoaway(this.out, LARGEST_STREAM, Code.noError, why)
    writePing(this.out, false, PING_BYTES)
    this.out.flush()
  }

  cutShort(): void {
    this.streams.abort()
    if (this.phase === 'parting') this.go()
    this.out.flush()
  }

  terminate(): void {
    this.closed()
    this.socket.end()
  }

  /** The last stream is gone. */
  emptied(): void {
    if (this.phase === 'going') this.end()
  }

  /** The preface. Returns the frames behind it, and answers what speaks something else. */
  private open(chunk: Buffer): Buffer {
    const bytes = this.opening.length === 0 ? chunk : Buffer.concat([this.opening, chunk])
    const { kind, answer, length } = judgeOpening(bytes)
    if (kind === 'unclear') {
      this.opening = bytes
      return NOTHING
    }
    this.opening = NOTHING
    if (kind === 'http2') {
      this.phase = 'open'
      this.put(this.front.greeting)
      return bytes.subarray(length)
    }
    this.put(answer)
    this.end()
    return NOTHING
  }

  private put(bytes: Buffer): void {
    const block = this.out.reserve(bytes.length)
    this.out.end += bytes.copy(block, this.out.end)
  }

  /** The peer has had the time to hear that we go: what it begins from here on is not looked at. */
  private go(): void {
    this.phase = 'going'
    this.deadline = this.front.clock.seconds + LINGERING
    writeGoaway(this.out, this.streams.lastId, Code.noError, this.why)
    this.streams.refusing = true
    if (this.streams.size === 0) this.end()
  }

  /** Ends the connection for a fault: of the peer, or of ours. */
  private fail(error: unknown): void {
    if (this.phase === 'closed') return
    const known = error instanceof ConnectionFault
    if (!known) this.front.report(error)
    const code = known ? error.code : Code.internalError
    writeGoaway(this.out, this.streams.lastId, code, known ? error.message : 'internal error')
    this.end()
    this.streams.lost()
  }

  /** Nothing more is read; what is written leaves. */
  private end(): void {
    this.phase = 'ending'
    this.deadline = this.front.clock.seconds + LAST_WORDS
    this.out.onEmpty = () => this.hangUp()
    if (this.out.waiting === 0 && !this.out.corked) this.hangUp()
  }

  /** Closing at once would take the last words away from a peer that is still sending. */
  private hangUp(): void {
    if (this.phase === 'ending' && this.out.waiting === 0 && !this.out.closed) {
      this.out.close()
      this.socket.shutdown()
    }
  }

  private watchReading(second: number): void {
    if (!this.out.blocked) this.blockedSince = 0
    else if (this.blockedSince === 0) this.blockedSince = second
    else if (second - this.blockedSince >= SPANS.unread) this.terminate()
  }

  private watchSilence(second: number): void {
    if (second - this.heard < this.front.tuning.silence) this.asked = 0
    else if (this.asked === 0) {
      this.asked = second
      if (this.phase !== 'closed') writePing(this.out, false, PING_BYTES)
    } else if (second - this.asked >= this.front.tuning.pong) this.terminate()
  }

  private watchAge(second: number): void {
    const { lastId } = this.streams
    if (this.streams.size > 0 || lastId !== this.lastSeen) this.busy = second
    this.lastSeen = lastId
    const { idle, ageGrace } = this.front.tuning
    if (this.phase === 'open') {
      const isIdle = idle > 0 && second - this.busy >= idle
      if (!isIdle && (this.age === 0 || second - this.born < this.age)) return
      this.retiredAt = second
      this.part(isIdle ? 'no call for long' : 'the connection is old')
    } else if (this.retiredAt > 0 && ageGrace >= 0 && second - this.retiredAt >= ageGrace + PARTING) this.cutShort()
  }

  private watchFrames(second: number): void {
    const { count, partial } = this.frames
    const unfinished = (partial || this.handler.headers.streamId !== 0) && count === this.framesSeen
    this.framesSeen = count
    if (!unfinished) this.unfinishedSince = second
    else if (second - this.unfinishedSince >= SPANS.frame) {
      this.fail(new ConnectionFault(Code.enhanceYourCalm, `a frame did not arrive within ${SPANS.frame} s`))
    }
  }
}
