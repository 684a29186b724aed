/** The rules for each type of frame (RFC 9113 §6) and state of a stream (§5.1), one by one: what breaks them, and what it costs. */
import { describe, expect, test } from 'bun:test'
import {
  CONTINUATION,
  Code,
  DATA,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
  WITH_PRIORITY,
} from '../../../../lib/servers/grpc/http2/protocol.ts'
import {
  block,
  call,
  callFields,
  connectInMemory,
  data,
  frame,
  headers,
  METHODS,
  type MemoryPeer,
  message,
  ping,
  reset,
  settingsFrame,
  windowUpdate,
} from './peer.ts'

const fields = block(callFields('/t.T/Echo'))
const bytes = (...values: number[]): Buffer => Buffer.from(values)
const none = Buffer.alloc(0)

/** What a peer finds: stream 1 is open, 3 has sent all, 5 was passed over, 7 is over, 9 was never begun. */
function begun(): MemoryPeer {
  const peer = connectInMemory(METHODS)
  peer.send(headers(1, callFields('/t.T/Stream')), call(3, '/t.T/Never', 'x'), call(7, '/t.T/Echo', 'x'))
  return peer
}

type Rules = readonly (readonly [string, Code, string, () => Buffer])[]

describe('the connection ends', () => {
  test.each([
    ['§6.1', Code.protocolError, 'DATA of the connection', () => data(0, none)],
    ['§5.1', Code.protocolError, 'DATA of a stream that is idle', () => data(9, none)],
    ['§5.1', Code.protocolError, 'DATA of an even stream', () => data(2, none)],
    ['§6.1', Code.protocolError, 'DATA with padding longer than itself', () => frame(DATA, PADDED, 1, bytes(3, 0, 0))],
    ['§6.1', Code.frameSizeError, 'DATA without the length of its padding', () => frame(DATA, PADDED, 1)],
    ['§6.2', Code.protocolError, 'HEADERS of the connection', () => frame(HEADERS, END_HEADERS, 0, fields)],
    ['§5.1.1', Code.protocolError, 'HEADERS of an even stream', () => frame(HEADERS, END_HEADERS, 10, fields)],
    ['§5.1.1', Code.protocolError, 'HEADERS of a passed stream', () => frame(HEADERS, END_HEADERS, 5, fields)],
    ['§5.1', Code.streamClosed, 'HEADERS of a stream that is over', () => frame(HEADERS, END_HEADERS, 7, fields)],
    [
      '§6.2',
      Code.protocolError,
      'HEADERS with padding longer than itself',
      () => frame(HEADERS, END_HEADERS | PADDED, 9, bytes(9, 0)),
    ],
    [
      '§6.2',
      Code.protocolError,
      'HEADERS with padding that reaches into the priority',
      () => frame(HEADERS, END_HEADERS | PADDED | WITH_PRIORITY, 9, bytes(1, 0, 0, 0, 0, 0)),
    ],
    [
      '§6.2',
      Code.frameSizeError,
      'HEADERS without the length of its padding',
      () => frame(HEADERS, END_HEADERS | PADDED, 9),
    ],
    [
      '§6.2',
      Code.frameSizeError,
      'HEADERS too short for its priority',
      () => frame(HEADERS, END_HEADERS | WITH_PRIORITY, 9, bytes(0, 0, 0, 0)),
    ],
    ['§6.3', Code.protocolError, 'PRIORITY of the connection', () => frame(PRIORITY, 0, 0, Buffer.alloc(5))],
    ['§6.4', Code.protocolError, 'RST_STREAM of the connection', () => reset(0)],
    ['§6.4', Code.protocolError, 'RST_STREAM of a stream that is idle', () => reset(9)],
    ['§6.4', Code.protocolError, 'RST_STREAM of an even stream', () => reset(2)],
    ['§6.4', Code.frameSizeError, 'RST_STREAM of three bytes', () => frame(RST_STREAM, 0, 1, Buffer.alloc(3))],
    ['§6.5', Code.protocolError, 'SETTINGS of a stream', () => frame(SETTINGS, 0, 1)],
    ['§6.5', Code.frameSizeError, 'SETTINGS of seven bytes', () => frame(SETTINGS, 0, 0, Buffer.alloc(7))],
    ['§6.5', Code.frameSizeError, 'SETTINGS that confirm and say', () => frame(SETTINGS, 1, 0, Buffer.alloc(6))],
    ['§6.5.2', Code.protocolError, 'ENABLE_PUSH of 2', () => settingsFrame([[2, 2]])],
    ['§6.5.2', Code.flowControlError, 'INITIAL_WINDOW_SIZE of 2^31', () => settingsFrame([[4, 2 ** 31]])],
    ['§6.5.2', Code.protocolError, 'MAX_FRAME_SIZE of 16 383', () => settingsFrame([[5, 16_383]])],
    ['§6.5.2', Code.protocolError, 'MAX_FRAME_SIZE of 2^24', () => settingsFrame([[5, 2 ** 24]])],
    [
      '§6.9.2',
      Code.flowControlError,
      'a setting that makes a window too large',
      () => Buffer.concat([windowUpdate(1, 2 ** 30), settingsFrame([[4, 2 ** 30 + 65_535]])]),
    ],
    ['§6.6', Code.protocolError, 'PUSH_PROMISE', () => frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.alloc(4))],
    ['§6.7', Code.protocolError, 'PING of a stream', () => frame(PING, 0, 1, Buffer.alloc(8))],
    ['§6.7', Code.frameSizeError, 'PING of nine bytes', () => frame(PING, 0, 0, Buffer.alloc(9))],
    ['§6.8', Code.protocolError, 'GOAWAY of a stream', () => frame(GOAWAY, 0, 1, Buffer.alloc(8))],
    ['§6.8', Code.frameSizeError, 'GOAWAY of seven bytes', () => frame(GOAWAY, 0, 0, Buffer.alloc(7))],
    ['§6.9', Code.protocolError, 'WINDOW_UPDATE of a stream that is idle', () => windowUpdate(9, 1)],
    ['§6.9', Code.protocolError, 'WINDOW_UPDATE of an even stream', () => windowUpdate(2, 1)],
    ['§6.9', Code.protocolError, 'WINDOW_UPDATE of the connection by nothing', () => windowUpdate(0, 0)],
    ['§6.9', Code.frameSizeError, 'WINDOW_UPDATE of five bytes', () => frame(WINDOW_UPDATE, 0, 1, Buffer.alloc(5))],
    ['§6.9.1', Code.flowControlError, 'a window of the connection too large', () => windowUpdate(0, 2 ** 31 - 1)],
    ['§6.10', Code.protocolError, 'CONTINUATION of nothing', () => frame(CONTINUATION, END_HEADERS, 1, none)],
    ['§6.10', Code.protocolError, 'CONTINUATION of the connection', () => frame(CONTINUATION, END_HEADERS, 0, none)],
    [
      '§6.10',
      Code.protocolError,
      'CONTINUATION of another stream',
      () => Buffer.concat([frame(HEADERS, 0, 9, fields), frame(CONTINUATION, END_HEADERS, 11, none)]),
    ],
    [
      '§6.10',
      Code.protocolError,
      'DATA within a block',
      () => Buffer.concat([frame(HEADERS, 0, 9, fields), data(1, none)]),
    ],
    [
      '§6.10',
      Code.protocolError,
      'an unknown frame within a block',
      () => Buffer.concat([frame(HEADERS, 0, 9, fields), frame(0x42, 0, 0)]),
    ],
    [
      '§6.10',
      Code.protocolError,
      'HEADERS within a block',
      () => Buffer.concat([frame(HEADERS, 0, 9, fields), frame(HEADERS, END_HEADERS, 9, fields)]),
    ],
    ['§4.2', Code.frameSizeError, 'any frame of 16 385 bytes', () => frame(0x42, 0, 0, Buffer.alloc(16_385))],
  ] satisfies Rules as Rules)('%s with %i: %s', async (_section, code, _what, wrong) => {
    const peer = begun()
    peer.send(wrong(), call(13, '/t.T/Echo', 'unheard'))
    const told = await peer.goaway()
    expect(told).toMatchObject({ code })
    // The last word says how far we have looked, and what was wrong.
    expect(told!.lastStream).toBeLessThan(10)
    expect(told!.text).not.toBe('')
    expect(peer.ended).toBe('shutdown')
    expect((await peer.answers()).get(13)).toBeUndefined()
  })

  test.each([
    ['a request', call(1, '/t.T/Echo', 'x')],
    ['PING', ping()],
    ['DATA', data(1, none)],
    ['WINDOW_UPDATE', windowUpdate(0, 1)],
    ['SETTINGS that confirm', frame(SETTINGS, 1, 0)],
  ])('§3.4 when %s comes before SETTINGS', async (_, first) => {
    const peer = connectInMemory(METHODS, { greeted: false })
    peer.send(Buffer.from(PREFACE), first)
    expect(await peer.goaway()).toMatchObject({ code: Code.protocolError, text: 'the first frame is not SETTINGS' })
    expect((await peer.answers()).size).toBe(0)
  })
})

describe('only the stream is reset', () => {
  test.each([
    ['§5.1', Code.streamClosed, 'DATA of a stream that has sent all', 3, () => data(3, message('more'))],
    ['§5.1', Code.streamClosed, 'HEADERS of a stream that has sent all', 3, () => headers(3, [['a', 'b']], END_STREAM)],
    ['§5.1', Code.streamClosed, 'DATA of a stream that is over', 7, () => data(7, message('more'))],
    ['§8.1', Code.protocolError, 'trailers that do not end the stream', 1, () => headers(1, [['a', 'b']])],
    ['§8.1', Code.protocolError, 'a pseudo field in trailers', 1, () => headers(1, [[':path', '/']], END_STREAM)],
    ['§6.3', Code.frameSizeError, 'PRIORITY of four bytes', 1, () => frame(PRIORITY, 0, 1, Buffer.alloc(4))],
    [
      '§5.3.1',
      Code.protocolError,
      'a stream made to depend on itself',
      1,
      () => frame(PRIORITY, 0, 1, bytes(0, 0, 0, 1, 9)),
    ],
    ['§6.9', Code.protocolError, 'WINDOW_UPDATE by nothing', 1, () => windowUpdate(1, 0)],
    ['§6.9.1', Code.flowControlError, 'a window too large', 1, () => windowUpdate(1, 2 ** 31 - 1)],
    [
      '§8.2.2',
      Code.protocolError,
      'a field of the hop',
      9,
      () => headers(9, callFields('/t.T/Echo', [['upgrade', 'x']])),
    ],
    [
      '§8.1.1',
      Code.protocolError,
      'less than content-length says',
      9,
      () =>
        Buffer.concat([headers(9, callFields('/t.T/Echo', [['content-length', '9']])), data(9, message('abc'), true)]),
    ],
    [
      '§8.1.1',
      Code.protocolError,
      'more than content-length says, in two frames',
      9,
      () =>
        Buffer.concat([
          headers(9, callFields('/t.T/Stream', [['content-length', '8']])),
          data(9, message('abc')),
          data(9, message(''), true),
        ]),
    ],
    [
      '§8.1.1',
      Code.protocolError,
      'a content-length that only padding would make up for',
      9,
      () =>
        Buffer.concat([
          headers(9, callFields('/t.T/Echo', [['content-length', '12']])),
          frame(DATA, PADDED | END_STREAM, 9, Buffer.concat([bytes(3), message('abc'), Buffer.alloc(3)])),
        ]),
    ],
  ] as const)('%s with %i: %s', async (_section, code, _what, stream, wrong) => {
    const peer = begun()
    peer.send(wrong(), call(13, '/t.T/Echo', 'on'))
    const answers = await peer.answers()
    expect(answers.get(stream)?.reset).toBe(code)
    expect(answers.get(13)).toMatchObject({ messages: ['on'], status: '0' })
    expect(await peer.goaway()).toBeUndefined()
  })

  test('and what comes of it afterwards is passed over', async () => {
    const peer = begun()
    peer.send(windowUpdate(1, 0), data(1, message('late')), headers(1, [['a', 'b']], END_STREAM), reset(1))
    peer.send(windowUpdate(1, 1), frame(PRIORITY, 0, 1, bytes(0, 0, 0, 0, 1)), call(13, '/t.T/Echo', 'on'))
    const frames = await peer.frames()
    expect(frames.filter(({ type, stream }) => type === RST_STREAM && stream === 1)).toHaveLength(1)
    expect((await peer.answers()).get(13)).toMatchObject({ messages: ['on'] })
  })
})

describe('nothing is wrong with', () => {
  test.each([
    ['GOAWAY of eight bytes', () => frame(GOAWAY, 0, 0, Buffer.alloc(8))],
    ['GOAWAY with a reason', () => frame(GOAWAY, 0, 0, Buffer.alloc(30))],
    ['PRIORITY of a stream that is idle', () => frame(PRIORITY, 0, 99, bytes(0, 0, 0, 1, 9))],
    ['PRIORITY of a stream that is over', () => frame(PRIORITY, 0, 7, bytes(0, 0, 0, 1, 9))],
    ['RST_STREAM of a stream that is over', () => reset(7)],
    ['WINDOW_UPDATE of a stream that is over', () => windowUpdate(7, 1)],
    ['the largest window', () => windowUpdate(0, 2 ** 31 - 1 - 65_535)],
    [
      'settings that nobody knows',
      () =>
        settingsFrame([
          [0xff, 1],
          [0, 7],
        ]),
    ],
    [
      'ENABLE_PUSH of 0 and 1',
      () =>
        settingsFrame([
          [2, 0],
          [2, 1],
        ]),
    ],
    [
      'MAX_FRAME_SIZE at its ends',
      () =>
        settingsFrame([
          [5, 16_384],
          [5, 2 ** 24 - 1],
        ]),
    ],
    ['a frame of 16 384 bytes', () => frame(0x42, 0, 0, Buffer.alloc(16_384))],
    ['the reserved bit', () => frame(PING, 0, 0x8000_0000, Buffer.alloc(8))],
    ['flags that mean nothing', () => frame(PING, 0xfe, 0, Buffer.alloc(8))],
    ['empty trailers', () => frame(HEADERS, END_HEADERS | END_STREAM, 1)],
    ['DATA that is padding alone', () => frame(DATA, PADDED, 1, bytes(1, 0))],
    [
      'HEADERS that is padded whole',
      () => frame(HEADERS, 5 | PADDED, 9, Buffer.concat([bytes(2), fields, bytes(0, 0)])),
    ],
  ] as readonly (readonly [string, () => Buffer])[])('%s', async (_, right) => {
    const peer = begun()
    peer.send(right(), call(13, '/t.T/Echo', 'on'))
    const answers = await peer.answers()
    expect(answers.get(13)).toMatchObject({ messages: ['on'], status: '0' })
    expect([...answers.values()].map((answer) => answer.reset ?? 0)).toEqual([...answers].map(() => 0))
    expect(await peer.goaway()).toBeUndefined()
  })
})
