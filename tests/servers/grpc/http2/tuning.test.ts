/** What `grpc_server_options` ask for: calls at once, the age of connections, silence, the size of answers. */
import { describe, expect, test } from 'bun:test'
import { GOAWAY, PING, RST_STREAM } from '../../../../lib/servers/grpc/http2/protocol.ts'
import { tuningOf, withLargestAnswer } from '../../../../lib/servers/grpc/http2/tuning.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { call, callFields, connectInMemory, data, echo, echoStream, headers, message, never } from './peer.ts'

const METHODS = { '/t.T/Echo': echo, '/t.T/Never': never, '/t.T/Stream': echoStream }
const ticks = (peer: { tick(): void }, count: number) => {
  for (let i = 0; i < count; i++) peer.tick()
}

test('by default there are limits against silence and for calls, and none of age', () => {
  expect(tuningOf()).toEqual({ mostStreams: 4096, silence: 60, pong: 20, idle: 0, age: 0, ageGrace: -1 })
  expect(tuningOf({ keepaliveMs: 1, ageMs: 1500, ageGraceMs: 0 })).toMatchObject({ silence: 1, age: 2, ageGrace: 0 })
})

test('calls at once: the peer is told, and what goes beyond is refused', async () => {
  const peer = connectInMemory(METHODS, { tuning: { maxStreams: 2 } })
  const [settings] = await peer.frames()
  expect(settings!.payload.readUInt32BE(2)).toBe(2)
  peer.send(call(1, '/t.T/Never', ''), call(3, '/t.T/Never', ''), call(5, '/t.T/Never', ''))
  const refused = (await peer.frames()).filter(({ type }) => type === RST_STREAM)
  expect(refused.map(({ stream, payload }) => [stream, payload.readUInt32BE(0)])).toEqual([[5, 7]])
})

describe('a connection that is over', () => {
  test('without calls for long it is ended, and not before', async () => {
    const peer = connectInMemory(METHODS, { tuning: { idleMs: 5000 } })
    ticks(peer, 3)
    peer.send(call(1, '/t.T/Echo', 'a'))
    expect((await peer.answers()).get(1)).toMatchObject({ messages: ['a'] })
    ticks(peer, 4)
    expect(await peer.goaway()).toBeUndefined()
    ticks(peer, 3)
    expect(await peer.goaway()).toMatchObject({ code: 0, text: 'no call for long' })
    ticks(peer, 3)
    await peer.frames()
    expect(peer.ended).not.toBe('no')
  })

  test('a call that runs keeps it', async () => {
    const peer = connectInMemory(METHODS, { tuning: { idleMs: 2000 } })
    peer.send(call(1, '/t.T/Never', ''))
    ticks(peer, 20)
    expect(await peer.goaway()).toBeUndefined()
  })

  test('at its age it is told, and calls under way are answered: also a stream that goes on', async () => {
    const peer = connectInMemory(METHODS, { tuning: { ageMs: 10_000 } })
    peer.send(headers(1, callFields('/t.T/Stream')))
    // A tenth earlier or later, by chance.
    ticks(peer, 8)
    expect(await peer.goaway()).toBeUndefined()
    ticks(peer, 4)
    expect(await peer.goaway()).toMatchObject({ code: 0, text: 'the connection is old' })
    ticks(peer, 10)
    peer.send(data(1, message('still'), true))
    expect((await peer.answers()).get(1)).toMatchObject({ messages: ['still'], status: '0' })
    await peer.frames()
    expect(peer.ended).not.toBe('no')
  })

  test('with a time for them, they are cut short', async () => {
    const peer = connectInMemory(METHODS, { tuning: { ageMs: 5000, ageGraceMs: 2000 } })
    peer.send(call(1, '/t.T/Never', ''))
    ticks(peer, 14)
    expect((await peer.answers()).get(1)).toMatchObject({ status: '14', ended: true })
  })
})

test('silence: the peer is asked when it was said, and given up', async () => {
  const peer = connectInMemory(METHODS, { tuning: { keepaliveMs: 3000, keepaliveTimeoutMs: 2000 } })
  await peer.frames()
  ticks(peer, 3)
  expect((await peer.frames()).map(({ type }) => type)).toEqual([PING])
  ticks(peer, 2)
  expect(peer.ended).toBe('end')
})

describe('the largest answer', () => {
  const limited = (most: number): Record<string, GrpcMethod> =>
    Object.fromEntries(withLargestAnswer(new Map(Object.entries(METHODS)), most))

  test('goes out, one byte more does not', async () => {
    const peer = connectInMemory(limited(4))
    peer.send(call(1, '/t.T/Echo', 'four'), call(3, '/t.T/Echo', 'fiver'))
    peer.send(headers(5, callFields('/t.T/Stream')), data(5, message('four')), data(5, message('fiver'), true))
    const answers = await peer.answers()
    expect(answers.get(1)).toMatchObject({ messages: ['four'], status: '0' })
    expect(answers.get(3)).toMatchObject({ messages: [], status: '8' })
    expect(answers.get(5)).toMatchObject({ messages: ['four'], status: '8' })
    expect((await peer.frames()).some(({ type }) => type === GOAWAY)).toBe(false)
  })
})
