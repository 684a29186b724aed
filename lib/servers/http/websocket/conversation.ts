/** One WebSocket after its handshake: messages both ways, pings, and an end that both sides know of. */
import { isUtf8 } from 'node:buffer'
import * as closeCode from '../../../wire/close-code.ts'
import type { WebSocketListener, WebSocketPeer } from '../exchange.ts'
import type { Outbox } from '../front/outbox.ts'
import { CLOSE, type FrameListener, FrameReader, PING, PONG } from './frame-reader.ts'
import { writeClose, writeControl, writeMessage } from './frame-writer.ts'

/** Above this much unsent, `send` says that the far end is slow. */
const SLOW_BYTES = 1024 * 1024
/** Held while paused; the socket is not read beyond it. */
const HELD_BYTES = 64 * 1024
/** A quiet far end is asked whether it is there. */
const PING_SECONDS = 60
const MISSED_PINGS = 2
/** How long a far end has to answer a close frame. */
const CLOSE_SECONDS = 5
/** Of a server that stops: who has nothing under way and says nothing for so long is not waited for. */
const QUIET_SECONDS = 2

const NOTHING = new Uint8Array(0)
const STOPPING = 'the server stops'

/** What a conversation needs of its connection. */
export interface ConversationHost {
  readonly out: Outbox
  pause(): void
  resume(): void
  /** Sends what is written and hangs up. */
  finish(): void
}

export interface ConversationOptions {
  open(peer: WebSocketPeer): WebSocketListener
  /** -1: no limit. */
  readonly maxMessageBytes: number
  readonly report: (error: unknown) => void
}

/** Hot-path object: one per conversation. */
export class Conversation implements WebSocketPeer, FrameListener {
  onDrain: (() => void) | null = null

  private readonly reader: FrameReader
  private listener: WebSocketListener | null = null
  private state: 'open' | 'closing' | 'closed' = 'open'
  private slow = false
  private heard = true
  private missed = 0
  private countdown = PING_SECONDS
  private draining = false
  private quiet = 0

  constructor(
    private readonly host: ConversationHost,
    private readonly options: ConversationOptions,
  ) {
    this.reader = new FrameReader(this, options.maxMessageBytes)
  }

  // What the connection calls.

  open(): void {
    this.guard(() => {
      this.listener = this.options.open(this)
    })
  }

  receive(chunk: Buffer): void {
    this.heard = true
    this.reader.read(chunk)
    if (this.reader.paused && this.reader.waiting > HELD_BYTES) this.host.pause()
  }

  drained(): void {
    if (!this.slow) return
    this.slow = false
    if (this.state === 'open') this.guard(() => this.onDrain?.())
  }

  /** The socket is gone. */
  lost(): void {
    this.ended(closeCode.ABNORMAL)
  }

  /** The server stops: what is asked is answered, whoever asks nothing more is told to go. */
  drain(): void {
    this.draining = true
    this.quiet = 0
  }

  /** The last moment of a server that stops. */
  cutShort(): void {
    this.close(closeCode.GOING_AWAY, STOPPING)
  }

  /** Once a second. */
  tick(): void {
    this.quiet = this.heard || this.reader.paused || this.listener?.isBusy ? 0 : this.quiet + 1
    if (this.heard) {
      this.heard = false
      this.missed = 0
      if (this.state === 'open') this.countdown = PING_SECONDS
    }
    if (this.draining && this.quiet >= QUIET_SECONDS) this.cutShort()
    // What is not read cannot answer a ping.
    if (this.state === 'open' && this.reader.paused) return
    if (this.state === 'closed' || --this.countdown > 0) return
    if (this.state !== 'open' || this.missed === MISSED_PINGS) {
      this.ended(closeCode.ABNORMAL)
      this.host.finish()
      return
    }
    this.missed++
    this.countdown = PING_SECONDS
    writeControl(this.host.out, PING, NOTHING)
  }

  // What the routes call.

  send(data: string | Uint8Array): boolean {
    if (this.state !== 'open') return true
    writeMessage(this.host.out, data)
    this.slow ||= this.host.out.queued > SLOW_BYTES
    return !this.slow
  }

  pause(): void {
    if (this.state === 'open') this.reader.paused = true
  }

  resume(): void {
    if (!this.reader.paused) return
    this.host.resume()
    this.reader.resume()
  }

  close(code: number, reason = ''): void {
    if (this.state !== 'open') return
    this.state = 'closing'
    this.countdown = CLOSE_SECONDS
    writeClose(this.host.out, code, reason)
    // The close frame of the far end stands behind what was not read.
    this.resume()
  }

  // What the reader finds.

  message(data: string | Uint8Array): void {
    if (this.state === 'open') this.guard(() => this.listener?.message(data))
  }

  control(opcode: number, payload: Uint8Array): void {
    if (opcode === CLOSE) {
      this.closeFrame(payload)
      return
    }
    // One who sends pings and reads nothing gets no more answers than fit.
    if (opcode === PING && this.state === 'open' && this.host.out.queued <= SLOW_BYTES) {
      writeControl(this.host.out, PONG, payload)
    }
  }

  violated(code: number, reason: string): void {
    if (this.state === 'open') writeClose(this.host.out, code, reason)
    this.ended(code)
    this.host.finish()
  }

  private closeFrame(payload: Uint8Array): void {
    if (payload.length === 1) {
      this.violated(closeCode.PROTOCOL_ERROR, 'a close code has two bytes')
      return
    }
    const code = payload.length === 0 ? closeCode.NO_CODE : (payload[0]! << 8) | payload[1]!
    if (payload.length > 0 && !closeCode.isSendable(code)) {
      this.violated(closeCode.PROTOCOL_ERROR, `close code ${code} may not be sent`)
      return
    }
    if (payload.length > 2 && !isUtf8(payload.subarray(2))) {
      this.violated(closeCode.INVALID_DATA, 'the reason of a close frame is not UTF-8')
      return
    }
    if (this.state === 'open') writeControl(this.host.out, CLOSE, payload.subarray(0, 2))
    this.reader.stop()
    this.ended(code)
    this.host.finish()
  }

  private ended(code: number): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.onDrain = null
    this.reader.stop()
    const { listener } = this
    this.listener = null
    try {
      listener?.closed(code)
    } catch (error) {
      this.options.report(error)
    }
  }

  /** A listener that throws ends its own conversation and nothing else. */
  private guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.options.report(error)
      this.close(closeCode.INTERNAL_ERROR, 'internal error; the log of the server says more')
    }
  }
}
