/** Peers that do harm on purpose: each is ended with the code and the words for it, and costs bounded memory. */
import { describe, expect, test } from 'bun:test'
import {
  CONTINUATION,
  Code,
  DATA,
  GOAWAY,
  HEADERS,
  PADDED,
  PRIORITY,
  SETTINGS,
  WITH_PRIORITY,
} from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
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
  ping,
  reset,
  settingsFrame,
  windowUpdate,
} from './peer.ts'

const peerOf = () => connectInMemory(METHODS)

/** Sends until the peer is told to go, or so often. */
async function flood(peer: MemoryPeer, times: number, make: (i: number) => Buffer) {
  for (let i = 0; i < times && peer.ended === 'no'; i++) peer.send(make(i))
  return await peer.goaway()
}

describe('floods end with ENHANCE_YOUR_CALM', () => {
  test.each([
    ['PING', 3000, 'PING', () => ping()],
    ['SETTINGS', 3000, 'SETTINGS', () => settingsFrame([])],
    [
      'empty DATA',
      20_000,
      'empty DATA',
      (i: number) => (i === 0 ? headers(1, callFields('/t.T/Stream')) : data(1, Buffer.alloc(0))),
    ],
    ['PRIORITY', 20_000, 'PRIORITY', () => frame(PRIORITY, 0, 1, Buffer.from([0, 0, 0, 0, 1]))],
    ['unknown frames', 20_000, 'type 66', () => frame(0x42, 0, 0)],
    ['answers to no PING', 20_000, 'PING with ACK', () => ping('12345678', 1)],
    [
      'RST_STREAM of closed streams',
      20_000,
      'RST_STREAM',
      (i: number) => (i === 0 ? call(1, '/t.T/Echo', '') : reset(1)),
    ],
    [
      'empty DATA of closed streams',
      20_000,
      'empty DATA',
      (i: number) => (i === 0 ? call(1, '/t.T/Echo', '') : data(1, Buffer.alloc(0))),
    ],
    [
      'DATA of streams that are closed and forgotten',
      5000,
      'DATA on a stream that is closed',
      (i: number) => (i < 3000 ? call(2 * i + 1, '/t.T/Echo', '') : data(2 * (i - 3000) + 1, Buffer.alloc(1))),
    ],
    [
      'DATA that is padding alone',
      20_000,
      'empty DATA',
      (i: number) => (i === 0 ? headers(1, callFields('/t.T/Stream')) : frame(DATA, PADDED, 1, Buffer.from([1, 0]))),
    ],
    [
      'trailers of streams that were cut',
      20_000,
      'HEADERS on a stream that was cut',
      (i: number) => (i === 0 ? headers(1, callFields('/t.T/Nope')) : headers(1, [['a', 'b']], 1)),
    ],
    ['GOAWAY', 20_000, 'GOAWAY', () => frame(GOAWAY, 0, 0, Buffer.alloc(8))],
    ['confirmations of no SETTINGS', 20_000, 'SETTINGS with ACK', () => frame(SETTINGS, 1, 0)],
    ['malformed requests', 5000, 'a malformed request', (i: number) => headers(2 * i + 1, [['no', 'path']], 1)],
    [
      'RST_STREAM as it comes',
      20_000,
      'RST_STREAM',
      (i: number) => (i === 0 ? headers(1, callFields('/t.T/Nope')) : reset(1)),
    ],
    [
      'WINDOW_UPDATE of closed streams',
      20_000,
      'WINDOW_UPDATE',
      (i: number) => (i === 0 ? call(1, '/t.T/Echo', '') : windowUpdate(1, 1)),
    ],
  ] as [string, number, string, (i: number) => Buffer][])('%s', async (_, times, words, make) => {
    const peer = peerOf()
    const told = await flood(peer, times, make)
    expect(told?.code).toBe(Code.enhanceYourCalm)
    expect(told?.text).toContain(words)
    expect(peer.ended).toBe('shutdown')
  })

  const takenBack = (id: number): Buffer => call(id, '/t.T/Count', '')
  // Faults that make us take a call back cost the same as RST_STREAM, and must not be a way around its limit.
  test.each([
    ['RST_STREAM (rapid reset)', (id: number) => Buffer.concat([takenBack(id), reset(id)])],
    ['WINDOW_UPDATE by nothing', (id: number) => Buffer.concat([takenBack(id), windowUpdate(id, 0)])],
    ['a window too large', (id: number) => Buffer.concat([takenBack(id), windowUpdate(id, 2 ** 31 - 1)])],
    ['DATA behind the end', (id: number) => Buffer.concat([takenBack(id), data(id, Buffer.alloc(1))])],
    ['HEADERS behind the end', (id: number) => Buffer.concat([takenBack(id), headers(id, [['a', 'b']], 1)])],
    ['a malformed PRIORITY', (id: number) => Buffer.concat([takenBack(id), frame(PRIORITY, 0, id, Buffer.alloc(4))])],
  ] as [string, (id: number) => Buffer][])('calls that are taken back at once, by %s', async (_, make) => {
    let begun = 0
    const count: GrpcMethod = {
      kind: 'unary',
      handle: () => {
        begun++
        return new Promise(() => {})
      },
    }
    const peer = connectInMemory({ '/t.T/Count': count })
    const told = await flood(peer, 5000, (i) => make(2 * i + 1))
    expect(told).toMatchObject({ code: Code.enhanceYourCalm })
    expect(told?.text).toContain('taken back')
    expect(begun).toBeLessThan(1100)
  })
})

test('who takes back every second call (hedging) goes on for ever', async () => {
  const peer = peerOf()
  const told = await flood(peer, 6000, (i) => {
    const id = 4 * i + 1
    return Buffer.concat([call(id, '/t.T/Never', ''), reset(id), call(id + 2, '/t.T/Echo', '')])
  })
  expect(told).toBeUndefined()
})

test('calls that are refused at once are no flood, though their messages come behind the answer', async () => {
  const peer = peerOf()
  const told = await flood(peer, 20_000, (i) => call(2 * i + 1, '/t.T/Nope', 'x'))
  expect(told).toBeUndefined()
})

test('who gives up at the moment the answer comes may do so thousands of times a second', async () => {
  const peer = peerOf()
  const told = await flood(peer, 5000, (i) => Buffer.concat([call(2 * i + 1, '/t.T/Echo', ''), reset(2 * i + 1)]))
  expect(told).toBeUndefined()
})

test('a flood that is spread over seconds is none', async () => {
  const peer = peerOf()
  for (let second = 0; second < 5; second++) {
    expect(await flood(peer, 1500, () => ping())).toBeUndefined()
    peer.tick()
  }
})

describe('header blocks', () => {
  test('a list beyond 64 KiB is answered RESOURCE_EXHAUSTED, and the connection goes on', async () => {
    const peer = peerOf()
    const bomb = Buffer.concat([Buffer.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4000, 'x')])
    // One field of 4 KB, then references to it: 16 KB that say 50 MB.
    const many = Buffer.concat([block(callFields('/t.T/Echo')), bomb, Buffer.alloc(12_000, 0xbe)])
    expect(many.length).toBeLessThan(16_384)
    peer.send(frame(HEADERS, 5, 1, many), call(3, '/t.T/Echo', 'on'))
    const answers = await peer.answers()
    expect(answers.get(1)).toMatchObject({ status: '8', ended: true })
    expect(answers.get(3)).toMatchObject({ status: '0', messages: ['on'] })
  })

  test.each([
    ['bytes', 5, 16_000],
    ['CONTINUATION frames', 20, 10],
    ['empty CONTINUATION frames', 1000, 0],
  ])('too many %s in a block end the connection', async (_, times, size) => {
    const peer = peerOf()
    peer.send(frame(HEADERS, 0, 1, block(callFields('/t.T/Echo'))))
    const told = await flood(peer, times, () => frame(CONTINUATION, 0, 1, Buffer.alloc(size)))
    expect(told).toMatchObject({ code: Code.enhanceYourCalm })
    expect(told?.text).toContain('CONTINUATION')
  })

  test.each([
    ['an index that nobody has', Buffer.from([0xff, 0x80, 0x01])],
    ['an endless number', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ['Huffman padding', Buffer.from([0, 0x81, 0x1f, 0x82, 0x1f, 0xff])],
    ['a table of 1 MB', Buffer.from([0x3f, 0xe1, 0xff, 0x3f])],
  ])('%s ends the connection with COMPRESSION_ERROR', async (_, bytes) => {
    const peer = peerOf()
    peer.send(frame(HEADERS, 5, 1, bytes))
    expect(await peer.goaway()).toMatchObject({ code: Code.compressionError })
  })

  test('a frame between the parts of a block ends the connection', async () => {
    const peer = peerOf()
    peer.send(frame(HEADERS, 0, 1, block(callFields('/t.T/Echo'))), ping())
    expect(await peer.goaway()).toMatchObject({ code: Code.protocolError })
  })

  test('a block that does not end is given up after 20 s', async () => {
    const peer = peerOf()
    peer.send(frame(HEADERS, 0, 1, block(callFields('/t.T/Echo'))))
    for (let i = 0; i < 21; i++) peer.tick()
    expect(await peer.goaway()).toMatchObject({
      code: Code.enhanceYourCalm,
      text: 'a frame did not arrive within 20 s',
    })
  })
})

describe('streams', () => {
  test('beyond 4096 at once are refused, so that they may be tried again', async () => {
    const peer = peerOf()
    for (let i = 0; i <= 4096; i++) peer.send(call(2 * i + 1, '/t.T/Never', ''))
    const answers = await peer.answers()
    expect([...answers.values()].map((answer) => answer.reset)).toEqual([Code.refusedStream])
    peer.send(reset(1), call(9001, '/t.T/Echo', 'room'))
    expect((await peer.answers()).get(9001)).toMatchObject({ messages: ['room'] })
  })

  test.each([
    ['an even stream', () => headers(2, callFields('/t.T/Echo'), 1), Code.protocolError],
    [
      'a stream behind another',
      () => Buffer.concat([call(5, '/t.T/Echo', ''), call(3, '/t.T/Echo', '')]),
      Code.protocolError,
    ],
    ['a stream that was', () => Buffer.concat([call(5, '/t.T/Echo', ''), call(5, '/t.T/Echo', '')]), Code.streamClosed],
    ['DATA of a stream that is not', () => data(7, Buffer.alloc(1)), Code.protocolError],
    ['DATA of the connection', () => data(0, Buffer.alloc(1)), Code.protocolError],
    ['a server push', () => frame(5, 4, 1, Buffer.alloc(8)), Code.protocolError],
    ['a WINDOW_UPDATE of nothing', () => windowUpdate(0, 0), Code.protocolError],
    ['a window beyond 2^31', () => windowUpdate(0, 2 ** 31 - 1), Code.flowControlError],
    ['windows of streams beyond 2^31', () => settingsFrame([[4, 2 ** 31]]), Code.flowControlError],
    ['a frame limit below 16 KiB', () => settingsFrame([[5, 100]]), Code.protocolError],
    ['SETTINGS of five bytes', () => frame(4, 0, 0, Buffer.alloc(5)), Code.frameSizeError],
    ['a PING of seven bytes', () => frame(6, 0, 0, Buffer.alloc(7)), Code.frameSizeError],
    ['a frame of 16 385 bytes', () => frame(0, 0, 1, Buffer.alloc(16_385)), Code.frameSizeError],
  ] as [string, () => Buffer, number][])('%s', async (_, bytes, code) => {
    const peer = peerOf()
    peer.send(bytes())
    expect((await peer.goaway())?.code).toBe(code)
    expect(peer.ended).toBe('shutdown')
  })

  test('a stream that depends on itself is reset', async () => {
    const peer = peerOf()
    const payload = Buffer.concat([Buffer.from([0, 0, 0, 1, 5]), block(callFields('/t.T/Echo'))])
    peer.send(frame(HEADERS, 4 | WITH_PRIORITY, 1, payload))
    expect((await peer.answers()).get(1)).toMatchObject({ reset: Code.protocolError })
  })
})
