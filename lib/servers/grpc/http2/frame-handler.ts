/**
 * What each frame of the peer means (RFC 9113 §6) for the streams and the connection. A fault of one stream resets it; what
 * puts the whole connection in doubt is thrown as a ConnectionFault.
 */
import { writePing, writeSettingsAck } from './control-frames.ts'
import type { FrameTarget } from './frame-reader.ts'
import { HeaderReader } from './header-reader.ts'
import {
  ACK,
  CONTINUATION,
  Code,
  ConnectionFault,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  LARGEST_WINDOW,
  PADDED,
  PING,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  WITH_PRIORITY,
} from './protocol.ts'
import { type PeerSettings, readSettings } from './settings.ts'
import type { Stream } from './stream.ts'
import type { StreamTable } from './stream-table.ts'

/** Hot-path object: one per connection. */
export class FrameHandler implements FrameTarget, PeerSettings {
  readonly headers: HeaderReader
  /** Answers to PINGs of ours. */
  pongs = 0
  private settled = false
  /** The stream of the DATA frame under way. */
  private dataStream: Stream | null = null

  constructor(private readonly streams: StreamTable) {
    this.headers = new HeaderReader(streams.front.methods)
  }

  // DATA.

  dataBegin(id: number, length: number, content: number, ends: boolean): boolean {
    this.expect(-1)
    if (!this.settled) throw notSettled()
    const { streams } = this
    streams.take(length)
    const stream = streams.get(id)
    if (stream === undefined) {
      this.onAbsentData(id, content)
      return false
    }
    if (stream.remoteEnded) {
      streams.reset(stream, Code.streamClosed)
      return false
    }
    stream.receiveLeft -= length
    if (stream.receiveLeft < 0) {
      streams.reset(stream, Code.flowControlError)
      return false
    }
    if (content === 0 && !ends) streams.patience.idleFrame('empty DATA')
    this.dataStream = stream
    return true
  }

  data(bytes: Buffer, from: number, to: number): void {
    const stream = this.dataStream!
    stream.received += to - from
    stream.data(bytes, from, to)
  }

  dataEnd(ends: boolean): void {
    const stream = this.dataStream!
    this.dataStream = null
    if (stream.closed) return
    if (ends) this.streams.remoteEnd(stream)
    else if (stream.takes) this.streams.credit(stream)
  }

  // All others.

  frame(type: number, flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    this.expect(type === CONTINUATION ? id : -1)
    if (!this.settled && (type !== SETTINGS || (flags & ACK) !== 0)) throw notSettled()
    switch (type) {
      case HEADERS:
        this.onHeaders(flags, id, bytes, from, to)
        break
      case CONTINUATION:
        this.onContinuation(flags, id, bytes, from, to)
        break
      case WINDOW_UPDATE:
        this.onWindowUpdate(id, bytes, from, to)
        break
      case RST_STREAM:
        this.onReset(id, to - from)
        break
      case SETTINGS:
        this.onSettings(flags, id, bytes, from, to)
        break
      case PING:
        this.onPing(flags, id, bytes, from, to)
        break
      case PRIORITY:
        this.onPriority(id, bytes, from, to)
        break
      case GOAWAY:
        if (id !== 0) throw protocolError('GOAWAY on a stream')
        if (to - from < 8) throw frameSize('GOAWAY', to - from)
        this.streams.patience.idleFrame('GOAWAY')
        break
      case PUSH_PROMISE:
        throw protocolError('PUSH_PROMISE from a client')
      default:
        // §5.5: what is not known is passed over.
        this.streams.patience.idleFrame(`of type ${type}`)
    }
  }

  private onHeaders(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if ((id & 1) === 0) throw protocolError(`HEADERS on stream ${id}`)
    let begin = from
    let end = to
    this.headers.dependency = -1
    if ((flags & (PADDED | WITH_PRIORITY)) !== 0) {
      const fragment = this.headers.fragment(bytes, from, to, flags)
      begin = fragment.from
      end = fragment.to
    }
    if ((flags & END_HEADERS) === 0) this.headers.begin(id, flags, bytes, begin, end)
    else this.onBlock(flags, id, bytes, begin, end)
  }

  private onContinuation(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    this.headers.append(bytes, from, to)
    if ((flags & END_HEADERS) === 0) return
    const block = this.headers.takeBlock()
    this.onBlock(this.headers.flags, id, block, 0, block.length)
  }

  /** §6.10: nothing comes between the parts of a block. `id`: of a CONTINUATION, -1 for any other frame. */
  private expect(id: number): void {
    const awaited = this.headers.streamId
    if (awaited === 0 ? id >= 0 : awaited !== id) {
      throw protocolError('a header block is interrupted, or goes on without a beginning')
    }
  }

  /** A whole header block; all of them are read, since they change the table of fields. */
  private onBlock(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    const { streams, headers } = this
    const ends = (flags & END_STREAM) !== 0
    const stream = streams.get(id)
    if (stream !== undefined) {
      const problem = headers.trailers(bytes, from, to)
      if (stream.remoteEnded) streams.reset(stream, Code.streamClosed)
      else if (!ends || problem !== '' || headers.dependency === id) streams.reset(stream, Code.protocolError)
      else streams.remoteEnd(stream)
    } else if (id > streams.lastId) {
      streams.begin(id, ends, headers.request(bytes, from, to), headers.dependency)
    } else {
      headers.trailers(bytes, from, to)
      if (streams.wasCut(id)) {
        streams.patience.idleFrame('HEADERS on a stream that was cut')
        return
      }
      if (streams.passedOver(id)) throw protocolError(`stream ${id} begins behind stream ${streams.lastId}`)
      throw new ConnectionFault(Code.streamClosed, `HEADERS on stream ${id}, which is closed`)
    }
  }

  /** A stream that is not there is over, which may happen, or it never was. */
  private expectPast(id: number, what: string): void {
    if (id === 0 || id > this.streams.lastId || (id & 1) === 0) throw protocolError(`${what} on stream ${id}`)
  }

  private onAbsentData(id: number, content: number): void {
    this.expectPast(id, 'DATA')
    const { streams } = this
    if (!streams.wasCut(id)) {
      streams.patience.echoedFrame('DATA on a stream that is closed')
      streams.refuse(id, Code.streamClosed)
    } else if (content === 0) streams.patience.idleFrame('empty DATA')
  }

  private onWindowUpdate(id: number, bytes: Buffer, from: number, to: number): void {
    if (to - from !== 4) throw frameSize('WINDOW_UPDATE', to - from)
    const increment = bytes.readUInt32BE(from) & LARGEST_WINDOW
    const { streams } = this
    if (id === 0) {
      if (increment === 0) throw protocolError('WINDOW_UPDATE by 0')
      streams.sender.widen(increment)
      return
    }
    const stream = streams.get(id)
    if (stream === undefined) {
      if (id > streams.lastId || (id & 1) === 0) throw protocolError(`WINDOW_UPDATE on stream ${id}`)
      if (increment === 0) throw protocolError(`WINDOW_UPDATE by 0 on stream ${id}`)
      streams.patience.idleFrame('WINDOW_UPDATE on a stream that is closed')
    } else if (increment === 0) streams.reset(stream, Code.protocolError)
    else if (stream.sendWindow + increment > LARGEST_WINDOW) streams.reset(stream, Code.flowControlError)
    else streams.widen(stream, increment)
  }

  private onReset(id: number, length: number): void {
    if (length !== 4) throw frameSize('RST_STREAM', length)
    const stream = this.streams.get(id)
    if (stream !== undefined) this.streams.resetByPeer(stream)
    else {
      this.expectPast(id, 'RST_STREAM')
      // It crosses our answer where a caller gives up at the moment it comes: that is no fault.
      this.streams.patience.idleFrame('RST_STREAM on a stream that is closed')
    }
  }

  private onSettings(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id !== 0) throw protocolError('SETTINGS on a stream')
    const { streams } = this
    if ((flags & ACK) !== 0) {
      if (to > from) throw frameSize('SETTINGS with ACK', to - from)
      streams.patience.idleFrame('SETTINGS with ACK')
      return
    }
    streams.patience.echoedFrame('SETTINGS')
    this.settled = true
    // First of all: what they set free is sent behind it.
    writeSettingsAck(streams.sender.out)
    readSettings(bytes, from, to, this)
  }

  headerTable(bytes: number): void {
    this.streams.sender.fields.limitTable(bytes)
  }

  initialWindow(bytes: number): void {
    this.streams.resize(bytes)
  }

  frameLimit(bytes: number): void {
    this.streams.sender.limitFrames(bytes)
  }

  private onPing(flags: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (id !== 0) throw protocolError('PING on a stream')
    if (to - from !== 8) throw frameSize('PING', to - from)
    if ((flags & ACK) !== 0) {
      this.streams.patience.idleFrame('PING with ACK')
      this.pongs++
      return
    }
    this.streams.patience.echoedFrame('PING')
    writePing(this.streams.sender.out, true, bytes, from)
  }

  /** §5.3.2: priorities are read for their faults alone. */
  private onPriority(id: number, bytes: Buffer, from: number, to: number): void {
    if (id === 0) throw protocolError('PRIORITY on stream 0')
    const { streams } = this
    streams.patience.idleFrame('PRIORITY')
    const faulty =
      to - from !== 5 ? Code.frameSizeError : this.dependsOnItself(id, bytes, from) ? Code.protocolError : null
    if (faulty === null) return
    const stream = streams.get(id)
    if (stream !== undefined) streams.reset(stream, faulty)
    // A stream that is not there cannot be reset.
    else throw new ConnectionFault(faulty, `PRIORITY of stream ${id} is malformed`)
  }

  private dependsOnItself(id: number, bytes: Buffer, from: number): boolean {
    return (bytes.readUInt32BE(from) & 0x7fff_ffff) === id
  }
}

function protocolError(what: string): ConnectionFault {
  return new ConnectionFault(Code.protocolError, what)
}

function frameSize(type: string, length: number): ConnectionFault {
  return new ConnectionFault(Code.frameSizeError, `${type} of ${length} bytes`)
}

function notSettled(): ConnectionFault {
  return protocolError('the first frame is not SETTINGS')
}
