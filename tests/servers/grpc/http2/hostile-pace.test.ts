/** Peers that take their time on purpose, in windows and in words: each is ended in time, and costs bounded memory. */
import { describe, expect, test } from 'bun:test'
import { Code } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import {
  call,
  callFields,
  connectInMemory,
  data,
  headers,
  METHODS,
  message,
  ping,
  preface,
  reset,
  windowUpdate,
} from './peer.ts'

const peerOf = () => connectInMemory(METHODS)

describe('windows', () => {
  test('more DATA than a stream has room for resets it, more than the connection ends it', async () => {
    const hold: GrpcMethod = {
      kind: 'stream',
      open(_sink, _call, pauser) {
        pauser.pause()
        return { message() {}, end() {} }
      },
    }
    const peer = connectInMemory({ '/t.T/Hold': hold })
    const part = data(1, message(Buffer.alloc(16_379)))
    peer.send(headers(1, callFields('/t.T/Hold')))
    for (let i = 0; i < 65; i++) peer.send(part)
    expect((await peer.answers()).get(1)).toMatchObject({ reset: Code.flowControlError })
    expect(await peer.goaway()).toBeUndefined()
    // Streams that all hold: beyond 16 MB the connection gives no more room.
    for (let id = 3; id < 83 && peer.ended === 'no'; id += 2) {
      peer.send(headers(id, callFields('/t.T/Hold')))
      for (let i = 0; i < 64 && peer.ended === 'no'; i++) peer.send(data(id, message(Buffer.alloc(16_379))))
    }
    expect(await peer.goaway()).toMatchObject({ code: Code.flowControlError })
  })

  test('a peer that opens none is answered nothing, and given up after five minutes', async () => {
    const peer = connectInMemory(METHODS, { settings: [[4, 0]] })
    peer.send(call(1, '/t.T/Echo', 'x'), call(3, '/t.T/Echo', ''))
    expect((await peer.answers()).get(1)).toBeUndefined()
    for (let i = 0; i < 340; i++) {
      peer.tick()
      if (i % 30 === 0) peer.send(ping())
    }
    expect((await peer.answers()).get(1)).toMatchObject({ reset: Code.cancel })
  })

  test('answers that nobody reads are kept up to a gigabyte, further ones fail', async () => {
    // One memory for all of them: it is not copied while it waits.
    const large = Buffer.alloc(100 * 1024 * 1024)
    const peer = connectInMemory(
      { ...METHODS, '/t.T/Large': { kind: 'unary', handle: () => large } },
      { settings: [[4, 0]] },
    )
    for (let i = 0; i < 15; i++) peer.send(call(2 * i + 1, '/t.T/Large', ''))
    const ended = async () => [...(await peer.answers())].filter(([, answer]) => answer.ended)
    const refused = await ended()
    expect(refused.map(([id, { status }]) => [id, status])).toEqual([23, 25, 27, 29].map((id) => [id, '8']))
    expect(refused[0]![1].text).toContain('bytes of answers wait')
    // Taken back, there is room again.
    for (const id of [1, 3, 5]) peer.send(reset(id))
    peer.send(call(101, '/t.T/Large', ''), call(103, '/t.T/Echo', 'small'), windowUpdate(103, 100))
    const again = await ended()
    expect(again.slice(4).map(([id, { status }]) => [id, status])).toEqual([[103, '0']])
    expect((await peer.answers()).get(101)).toBeUndefined()
  })

  test('a window of one byte at a time gets the answer byte for byte', async () => {
    const peer = connectInMemory(METHODS, { settings: [[4, 1]] })
    peer.send(call(1, '/t.T/Echo', 'abcdef'))
    for (let i = 0; i < 10; i++) peer.send(windowUpdate(1, 1))
    expect((await peer.answers()).get(1)).toMatchObject({ messages: ['abcdef'], status: '0' })
  })
})

describe('slow peers', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a preface', preface().subarray(0, 10)],
  ])('%s for ten seconds', (_, bytes) => {
    const peer = connectInMemory(METHODS, { greeted: false })
    if (bytes.length > 0) peer.send(bytes)
    for (let i = 0; i < 9; i++) peer.tick()
    expect(peer.ended).toBe('no')
    peer.tick()
    expect(peer.ended).toBe('end')
  })

  test('a frame byte by byte', async () => {
    const peer = peerOf()
    const slow = headers(1, callFields('/t.T/Echo'))
    for (let i = 0; i < 22; i++) {
      peer.send(slow.subarray(i, i + 1))
      peer.tick()
    }
    expect(await peer.goaway()).toMatchObject({ code: Code.enhanceYourCalm })
  })

  test('a message byte by byte is given up, a slow but honest one is not', async () => {
    const peer = peerOf()
    const large = message(Buffer.alloc(1_000_000))
    peer.send(headers(1, callFields('/t.T/Echo')), headers(3, callFields('/t.T/Echo')))
    for (let i = 0; i < 95; i++) {
      peer.send(data(1, large.subarray(i, i + 1)), data(3, large.subarray(i * 200, (i + 1) * 200)))
      peer.tick()
    }
    const answers = await peer.answers()
    expect(answers.get(1)).toMatchObject({ status: '3', text: 'the message arrives too slowly' })
    expect(answers.get(3)).toBeUndefined()
  })

  test('a stream without messages may be as quiet as it likes', async () => {
    const peer = peerOf()
    peer.send(headers(1, callFields('/t.T/Stream')), data(1, message('a')))
    for (let i = 0; i < 600; i++) {
      peer.tick()
      if (i % 50 === 0) peer.send(ping())
    }
    peer.send(data(1, message('b'), true))
    expect((await peer.answers()).get(1)).toMatchObject({ messages: ['a', 'b'], status: '0' })
  })

  test('who reads nothing is cut after a minute', async () => {
    const peer = peerOf()
    peer.room = 0
    peer.send(call(1, '/t.T/Echo', 'x'))
    for (let i = 0; i < 62; i++) {
      peer.tick()
      peer.send(windowUpdate(0, 1))
    }
    expect(peer.ended).toBe('end')
  })

  test('who reads nothing and asks for more and more is cut at once', async () => {
    const peer = peerOf()
    peer.room = 0
    const many = Buffer.concat(Array.from({ length: 1000 }, () => ping()))
    // 17 000 bytes of answers a second.
    for (let second = 0; second < 16; second++) {
      expect(peer.ended).toBe('no')
      peer.tick()
      peer.send(many)
    }
    // The last word waits with all before it.
    peer.room = Number.MAX_SAFE_INTEGER
    peer.connection.drained()
    expect(await peer.goaway()).toMatchObject({
      code: Code.enhanceYourCalm,
      text: `more than ${256 * 1024} bytes are not read`,
    })
    expect(peer.ended).toBe('shutdown')
  })
})
