/** The life of a connection, in memory: greeting, calls in pieces, control frames, windows. */
import { expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { HEADERS, PING, SETTINGS, WINDOW_UPDATE } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod, GrpcPauser, GrpcSink } from '../../../../lib/servers/grpc/method.ts'
import {
  block,
  call,
  callFields,
  connectInMemory,
  data,
  frame,
  headers,
  METHODS,
  message,
  ping,
  preface,
  reset,
  settingsFrame,
  windowUpdate,
} from './peer.ts'

test('greets, says what it takes, confirms settings', async () => {
  const peer = connectInMemory(METHODS)
  const frames = await peer.frames()
  expect(frames.map(({ type, flags }) => [type, flags])).toEqual([
    [SETTINGS, 0],
    [WINDOW_UPDATE, 0],
    [SETTINGS, 1],
  ])
  expect(frames[0]!.payload.readUInt16BE(0)).toBe(3)
})

test('a session in single bytes is the session', async () => {
  const whole = Buffer.concat([
    preface(),
    call(1, '/t.T/Echo', 'one'),
    headers(3, callFields('/t.T/Stream')),
    data(3, message('two').subarray(0, 3)),
    ping(),
    data(3, Buffer.concat([message('two').subarray(3), message('three')]), true),
    call(5, '/t.T/Later', 'x'.repeat(20_000).slice(0, 16_000)),
  ])
  for (const size of [1, 7, whole.length]) {
    const peer = connectInMemory(METHODS, { greeted: false })
    for (let at = 0; at < whole.length; at += size) peer.connection.receive(Buffer.from(whole.subarray(at, at + size)))
    const answers = await peer.answers()
    expect(answers.get(1)).toMatchObject({ messages: ['one'], status: '0', ended: true })
    expect(answers.get(3)).toMatchObject({ messages: ['two', 'three'], status: '0', ended: true })
    expect(answers.get(5)!.messages[0]).toHaveLength(16_000)
    expect(
      (await peer.frames()).filter(({ type }) => type === PING).map(({ flags, payload }) => [flags, `${payload}`]),
    ).toEqual([[1, '12345678']])
  }
})

test('trailers, padding, priority and CONTINUATION are all right', async () => {
  const peer = connectInMemory(METHODS)
  const fields = block(callFields('/t.T/Stream'))
  const padded = Buffer.concat([
    Buffer.from([3]),
    Buffer.from([0, 0, 0, 9, 5]),
    fields.subarray(0, 20),
    Buffer.alloc(3),
  ])
  peer.send(
    frame(HEADERS, 0x8 | 0x20, 1, padded),
    frame(9, 0, 1, fields.subarray(20, 50)),
    frame(9, 4, 1, fields.subarray(50)),
    frame(0, 8, 1, Buffer.concat([Buffer.from([2]), message('hi'), Buffer.alloc(2)])),
    headers(1, [['some', 'trailer']], 1),
  )
  expect((await peer.answers()).get(1)).toMatchObject({ messages: ['hi'], status: '0' })
})

test('one stream over its end does no harm to others', async () => {
  const peer = connectInMemory(METHODS)
  peer.send(headers(1, callFields('/t.T/Never')), call(3, '/t.T/Echo', 'a'), reset(1), data(1, message('late')))
  const answers = await peer.answers()
  expect([answers.get(1)?.reset, answers.get(3)?.messages]).toEqual([5, ['a']])
  expect(await peer.goaway()).toBeUndefined()
})

test.each([
  ['none', [data(1, Buffer.alloc(0), true)], '3', 'none came'],
  ['two', [data(1, Buffer.concat([message('a'), message('b')]), true)], '3', 'another came'],
  ['half of one', [data(1, message('abc').subarray(0, 6), true)], '3', 'ends within a message'],
  ['one of no kind', [data(1, Buffer.from([7, 0, 0, 0, 0]), true)], '3', 'begins with 7'],
  ['a packed one without saying how', [data(1, Buffer.from([1, 0, 0, 0, 0]), true)], '3', 'no grpc-encoding'],
  ['one beyond the limit', [data(1, message('x'.repeat(101)))], '8', 'larger than 100 bytes'],
] as [string, Buffer[], string, string][])('a unary call with messages: %s', async (_, frames, status, text) => {
  const peer = connectInMemory(METHODS, { maxMessageBytes: 100 })
  peer.send(headers(1, callFields('/t.T/Echo')), ...frames)
  const answer = (await peer.answers()).get(1)!
  expect([answer.status, answer.ended]).toEqual([status, true])
  expect(answer.text).toContain(text)
})

test('the limit counts what a message is unpacked', async () => {
  const peer = connectInMemory(METHODS, { maxMessageBytes: 1000 })
  const packed = gzipSync(Buffer.alloc(100_000))
  const head = Buffer.from([1, 0, 0, 0, packed.length])
  peer.send(
    headers(1, callFields('/t.T/Echo', [['grpc-encoding', 'gzip']])),
    data(1, Buffer.concat([head, packed]), true),
  )
  let answer = (await peer.answers()).get(1)
  while (!answer?.ended) answer = (await peer.answers()).get(1)
  expect([answer.status, answer.text]).toEqual(['8', 'the message is larger than 1000 bytes'])
})

test('an answer before the request is complete asks for no more of it', async () => {
  const peer = connectInMemory(METHODS, { maxMessageBytes: 10 })
  peer.send(headers(1, callFields('/t.T/Echo')), data(1, message('x'.repeat(11))))
  expect((await peer.answers()).get(1)).toMatchObject({ status: '8', reset: 0 })
  // What was on its way is passed over.
  peer.send(data(1, Buffer.alloc(100)), headers(1, [['a', 'b']], 1))
  peer.send(call(3, '/t.T/Echo', 'on'))
  expect((await peer.answers()).get(3)).toMatchObject({ messages: ['on'] })
  expect(await peer.goaway()).toBeUndefined()
})

test('not gRPC is told so, with a text that people can read', async () => {
  const peer = connectInMemory(METHODS)
  const get = callFields('/').map(([name, value]) => [name, name === ':method' ? 'GET' : value] as const)
  peer.send(headers(1, get, 1), headers(3, get, 0), frame(0, 1, 3, Buffer.from('a body')))
  const answers = await peer.answers()
  for (const id of [1, 3]) expect(answers.get(id)).toMatchObject({ fields: { ':status': '405' }, ended: true })
})

test('an encoding that is not known says which are', async () => {
  const peer = connectInMemory(METHODS)
  peer.send(headers(1, callFields('/t.T/Echo', [['grpc-encoding', 'snappy']]), 1))
  expect((await peer.answers()).get(1)).toMatchObject({
    status: '12',
    fields: { 'grpc-accept-encoding': 'identity,deflate,gzip' },
  })
})

test('windows open as messages are taken, and stay shut while a method pauses', async () => {
  let pauser: GrpcPauser | undefined
  let got = 0
  const hold: GrpcMethod = {
    kind: 'stream',
    open(_sink, _call, given) {
      pauser = given
      given.pause()
      return { message: () => got++, end() {} }
    },
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Hold': hold })
  const pour = (stream: number) => {
    peer.send(headers(stream, callFields(stream === 1 ? '/t.T/Hold' : '/t.T/Drop')))
    for (let i = 0; i < 64; i++) peer.send(data(stream, message('x'.repeat(16_379))))
  }
  await peer.frames()
  pour(1)
  const updates = async () =>
    (await peer.frames()).filter(({ type }) => type === WINDOW_UPDATE).map(({ stream }) => stream)
  expect(await updates()).toEqual([])
  expect(got).toBe(0)
  pauser?.resume()
  expect([got, await updates()]).toEqual([64, [1]])
})

test('a slow reader of one stream leaves its others alone', async () => {
  let pour: GrpcSink | undefined
  const flood: GrpcMethod = {
    kind: 'stream',
    open(sink) {
      pour = sink
      return { message() {}, end() {} }
    },
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Flood': flood })
  peer.send(headers(1, callFields('/t.T/Flood')), windowUpdate(0, 1_000_000))
  while (pour?.write(Buffer.alloc(10_000))) {}
  peer.send(call(3, '/t.T/Echo', 'free'))
  expect((await peer.answers()).get(3)).toMatchObject({ messages: ['free'], status: '0' })
})

test('settings change the windows of streams under way, below zero, too', async () => {
  const peer = connectInMemory(METHODS, { settings: [[4, 10]] })
  peer.send(call(1, '/t.T/Echo', 'x'.repeat(30)))
  const got = async () => (await peer.answers()).get(1)!
  expect((await got()).ended).toBe(false)
  peer.send(settingsFrame([[4, 0]]))
  peer.send(windowUpdate(1, 10), settingsFrame([[4, 24]]))
  expect((await got()).ended).toBe(false)
  peer.send(settingsFrame([[4, 25]]))
  expect(await got()).toMatchObject({ messages: ['x'.repeat(30)], status: '0', ended: true })
})

test('§6.5.3 SETTINGS and PING are answered one for one, in their order', async () => {
  const peer = connectInMemory(METHODS)
  await peer.frames()
  peer.send(ping('aaaaaaaa'), settingsFrame([]), settingsFrame([[4, 1]]), ping('bbbbbbbb'))
  const frames = (await peer.frames()).map(({ type, flags, payload }) => [type, flags, payload.toString()])
  expect(frames).toEqual([
    [PING, 1, 'aaaaaaaa'],
    [SETTINGS, 1, ''],
    [SETTINGS, 1, ''],
    [PING, 1, 'bbbbbbbb'],
  ])
})
