/** What the two ends tell each other about themselves at the start (RFC 9113 §6.5). */
import { CONNECTION_WINDOW, HEADER_LIST_BYTES, STREAM_WINDOW } from './limits.ts'
import {
  Code,
  ConnectionFault,
  DEFAULT_FRAME,
  DEFAULT_WINDOW,
  FRAME_HEAD,
  LARGEST_FRAME,
  LARGEST_WINDOW,
  SETTINGS,
  Setting,
  WINDOW_UPDATE,
} from './protocol.ts'
import { overflow, writeFrameHead } from './sender.ts'

/** The first bytes of a server: its settings, and the window of the connection as it shall be. */
export function greeting(mostStreams: number): Buffer {
  const own: readonly (readonly [number, number])[] = [
    [Setting.maxConcurrentStreams, mostStreams],
    [Setting.initialWindowSize, STREAM_WINDOW],
    [Setting.maxHeaderListSize, HEADER_LIST_BYTES],
  ]
  const length = own.length * 6
  const out = Buffer.alloc(2 * FRAME_HEAD + length + 4)
  let at = writeFrameHead(out, 0, length, SETTINGS, 0, 0)
  for (const [setting, value] of own) {
    out.writeUInt16BE(setting, at)
    out.writeUInt32BE(value, at + 2)
    at += 6
  }
  at = writeFrameHead(out, at, 4, WINDOW_UPDATE, 0, 0)
  out.writeUInt32BE(CONNECTION_WINDOW - DEFAULT_WINDOW, at)
  return out
}

/** What of a peer's settings matters to a server. */
export interface PeerSettings {
  headerTable(bytes: number): void
  initialWindow(bytes: number): void
  frameLimit(bytes: number): void
}

/** Reads the payload of a SETTINGS frame. */
export function readSettings(bytes: Buffer, from: number, to: number, peer: PeerSettings): void {
  if ((to - from) % 6 !== 0) throw new ConnectionFault(Code.frameSizeError, `SETTINGS of ${to - from} bytes`)
  // Of several in one frame the last one counts: each would go through all streams.
  let initialWindow = -1
  for (let at = from; at < to; at += 6) {
    const value = bytes.readUInt32BE(at + 2)
    switch (bytes.readUInt16BE(at)) {
      case Setting.headerTableSize:
        peer.headerTable(value)
        break
      case Setting.enablePush:
        if (value > 1) throw new ConnectionFault(Code.protocolError, `SETTINGS_ENABLE_PUSH of ${value}`)
        break
      case Setting.initialWindowSize:
        if (value > LARGEST_WINDOW) throw overflow('new streams')
        initialWindow = value
        break
      case Setting.maxFrameSize:
        if (value < DEFAULT_FRAME || value > LARGEST_FRAME) {
          throw new ConnectionFault(Code.protocolError, `SETTINGS_MAX_FRAME_SIZE of ${value}`)
        }
        peer.frameLimit(value)
        break
      default:
        // Others do not concern a server, or are not known yet.
        break
    }
  }
  if (initialWindow >= 0) peer.initialWindow(initialWindow)
}
