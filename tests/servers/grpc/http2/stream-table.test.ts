/** How streams begin and end (RFC 9113 §5.1), and how much may be sent on them (§5.2, §6.9). */
import { describe, expect, test } from 'bun:test'
import { Code, DATA, END_STREAM, PADDED, WINDOW_UPDATE } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import {
  call,
  callFields,
  connectInMemory,
  data,
  frame,
  headers,
  METHODS,
  type MemoryPeer,
  message,
  reset,
  windowUpdate,
} from './peer.ts'

const CONNECTION_WINDOW = 4 * 1024 * 1024
const STREAM_WINDOW = 1024 * 1024

/** Never answers; keeps what its calls are told. */
function waiting(): { method: GrpcMethod; told: string[] } {
  const told: string[] = []
  const method: GrpcMethod = {
    kind: 'unary',
    handle: (request, context) =>
      new Promise(() => context.onCancel(() => told.push(`${Buffer.from(request)} ${context.cancelled}`))),
  }
  return { method, told }
}

describe('a stream that is given up for a fault of its peer', () => {
  test.each([
    ['a window too large', (id: number) => windowUpdate(id, 2 ** 31 - 1)],
    ['DATA behind the end', (id: number) => data(id, Buffer.alloc(1))],
  ] as const)('tells its method once and makes room: %s', async (_, fault) => {
    const { method, told } = waiting()
    const peer = connectInMemory({ ...METHODS, '/t.T/Wait': method }, { tuning: { maxStreams: 1 } })
    peer.send(call(1, '/t.T/Wait', 'a'), fault(1))
    expect(told).toEqual(['a true'])
    peer.send(call(3, '/t.T/Echo', 'room'))
    expect((await peer.answers()).get(3)).toMatchObject({ messages: ['room'], status: '0' })
    peer.connection.closed()
    expect(told).toEqual(['a true'])
  })
})

describe('a request that is its HEADERS alone', () => {
  test.each([
    ['/t.T/Echo', '3', 'none came'],
    ['/t.T/Stream', '0', undefined],
    ['/t.T/Nope', '12', 'no method'],
  ])('%s ends with %s', async (path, status, text) => {
    const peer = connectInMemory(METHODS)
    peer.send(headers(1, callFields(path), END_STREAM))
    const answer = (await peer.answers()).get(1)!
    expect([answer.status, answer.ended, answer.reset]).toEqual([status, true, undefined])
    if (text !== undefined) expect(answer.text).toContain(text)
  })

  test('with a content-length of 0, and a message that was not to come', async () => {
    const peer = connectInMemory(METHODS)
    const none = callFields('/t.T/Stream', [['content-length', '0']])
    peer.send(headers(1, none, END_STREAM), headers(3, none), data(3, message('x'), true))
    const answers = await peer.answers()
    expect([answers.get(1)?.status, answers.get(3)?.reset]).toEqual(['0', Code.protocolError])
  })
})

test('what the peer takes back makes room, and its method is told', async () => {
  const { method, told } = waiting()
  const peer = connectInMemory({ ...METHODS, '/t.T/Wait': method }, { tuning: { maxStreams: 1 } })
  peer.send(call(1, '/t.T/Wait', 'a'), call(3, '/t.T/Echo', 'full'), reset(1), call(5, '/t.T/Echo', 'room'))
  const answers = await peer.answers()
  expect([told, answers.get(3)?.reset, answers.get(5)?.messages]).toEqual([['a true'], Code.refusedStream, ['room']])
})

describe('windows of what comes in', () => {
  const updates = async (peer: MemoryPeer) =>
    (await peer.frames())
      .filter(({ type }) => type === WINDOW_UPDATE)
      .map(({ stream, payload }) => [stream, payload.readUInt32BE(0)])
  /** DATA of 16 KiB as the window counts it, of which `padding` and its length are no content. */
  const padded = (id: number, padding: number): Buffer =>
    frame(
      DATA,
      PADDED,
      id,
      Buffer.concat([Buffer.from([padding]), message(Buffer.alloc(16_378 - padding)), Buffer.alloc(padding)]),
    )

  test('are opened again by what was used, at half, padding and all', async () => {
    const peer = connectInMemory(METHODS)
    peer.send(headers(1, callFields('/t.T/Drop')), headers(3, callFields('/t.T/Stream')))
    await peer.frames()
    for (let i = 0; i < 31; i++) peer.send(padded(3, 200))
    expect(await updates(peer)).toEqual([])
    peer.send(padded(3, 200))
    expect(await updates(peer)).toEqual([[3, STREAM_WINDOW / 2]])
    for (let i = 32; i < 128; i++) peer.send(padded(3, 200))
    expect(await updates(peer)).toEqual([
      [3, STREAM_WINDOW / 2],
      [3, STREAM_WINDOW / 2],
      [0, CONNECTION_WINDOW / 2],
      [3, STREAM_WINDOW / 2],
    ])
  })

  test('of the connection are opened for streams that are over, too: others would starve', async () => {
    const peer = connectInMemory(METHODS)
    peer.send(headers(1, callFields('/t.T/Nope')))
    await peer.frames()
    for (let i = 0; i < 600; i++) peer.send(data(1, Buffer.alloc(16_384)))
    expect(await updates(peer)).toEqual(Array.from({ length: 4 }, () => [0, CONNECTION_WINDOW / 2]))
    peer.send(call(3, '/t.T/Echo', 'on'))
    expect((await peer.answers()).get(3)).toMatchObject({ messages: ['on'] })
  })

  test('of a stream are not opened behind its end', async () => {
    const peer = connectInMemory(METHODS)
    peer.send(headers(1, callFields('/t.T/Later')))
    await peer.frames()
    const whole = message(Buffer.alloc(40 * 16_384 - 5))
    for (let i = 0; i < 40; i++) peer.send(data(1, whole.subarray(i * 16_384, (i + 1) * 16_384), i === 39))
    expect(await updates(peer)).toEqual([[1, STREAM_WINDOW / 2]])
  })

  test('are kept to the byte: what fills them may come, a byte more may not', async () => {
    const hold: GrpcMethod = {
      kind: 'stream',
      open(_sink, _call, pauser) {
        pauser.pause()
        return { message() {}, end() {} }
      },
    }
    const peer = connectInMemory({ ...METHODS, '/t.T/Hold': hold })
    for (const [id, more] of [
      [1, 0],
      [3, 1],
    ] as const) {
      peer.send(headers(id, callFields('/t.T/Hold')))
      for (let i = 0; i < 64; i++) peer.send(data(id, message(Buffer.alloc(16_379))))
      if (more > 0) peer.send(data(id, Buffer.alloc(more)))
    }
    const answers = await peer.answers()
    expect([answers.get(1)?.reset, answers.get(3)?.reset]).toEqual([undefined, Code.flowControlError])
  })

  test.each([
    ['they are taken', () => []],
    ['their streams are taken back', (id: number) => [reset(id)]],
    ['their streams break a rule', (id: number) => [windowUpdate(id, 0)]],
    ['their calls have failed', (id: number) => [data(id, Buffer.from([7, 0, 0, 0, 0]))]],
  ])('of the connection stay shut while 16 MB wait for methods, and open when %s', async (_, end) => {
    const resumes: (() => void)[] = []
    const hold: GrpcMethod = {
      kind: 'stream',
      open(_sink, _call, pauser) {
        pauser.pause()
        resumes.push(() => pauser.resume())
        return { message() {}, end() {} }
      },
    }
    const peer = connectInMemory({ ...METHODS, '/t.T/Hold': hold })
    let opened = 0
    const openings = async () => {
      for (const [stream, by] of await updates(peer)) if (stream === 0) opened += by!
      return opened
    }
    expect(await openings()).toBe(CONNECTION_WINDOW - 65_535)
    const part = message(Buffer.alloc(16_379))
    let sent = 0
    let id = -1
    // As a peer that keeps to its windows: less than a megabyte on each stream, for as long as the connection has room.
    while (sent + 63 * part.length <= (await openings()) + 65_535) {
      peer.send(headers((id += 2), callFields('/t.T/Hold')))
      for (let i = 0; i < 63; i++, sent += part.length) peer.send(data(id, part))
    }
    expect(await peer.goaway()).toBeUndefined()
    expect(sent).toBeGreaterThan(16 * 1024 * 1024)
    expect(sent).toBeLessThan(16 * 1024 * 1024 + 2 * CONNECTION_WINDOW)
    const before = opened
    const ends = resumes.flatMap((_, i) => end(2 * i + 1))
    if (ends.length > 0) peer.send(...ends)
    else for (const resume of resumes) resume()
    // A frame on a good stream, where a stream that ends gives room back when something comes.
    peer.send(call((id += 2), '/t.T/Echo', 'x'))
    expect(await openings()).toBeGreaterThan(before)
  })
})
