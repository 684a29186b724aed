/** Numbers of HTTP/2 (RFC 9113 §6, §7, §11). Plain constants, since the loop that reads frames compares with them. */

/** What every client says first (§3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** Bytes before the payload of a frame (§4.1). */
export const FRAME_HEAD = 9

export const DATA = 0
export const HEADERS = 1
export const PRIORITY = 2
export const RST_STREAM = 3
export const SETTINGS = 4
export const PUSH_PROMISE = 5
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9

export const END_STREAM = 0x1
export const ACK = 0x1
export const END_HEADERS = 0x4
export const PADDED = 0x8
export const WITH_PRIORITY = 0x20

/** §7. */
export const Code = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  enhanceYourCalm: 0xb,
} as const

export type Code = (typeof Code)[keyof typeof Code]

/** §6.5.2. */
export const Setting = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const

/** The window of a connection and, until settings say otherwise, of a stream (§6.9.2). */
export const DEFAULT_WINDOW = 65_535
export const DEFAULT_FRAME = 16_384
export const LARGEST_FRAME = 16_777_215
export const LARGEST_WINDOW = 2 ** 31 - 1
export const LARGEST_STREAM = 2 ** 31 - 1

/** Ends the whole connection: GOAWAY with this code, and the text as its debug data (§5.4.1). */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault'

  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message)
  }
}
