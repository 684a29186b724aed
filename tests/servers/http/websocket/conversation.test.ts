import { afterEach, describe, expect, test } from 'bun:test'
import type { WebSocketListener, WebSocketPeer } from '../../../../lib/servers/http/exchange.ts'
import { createSharedBuffer, Outbox } from '../../../../lib/servers/http/front/outbox.ts'
import { Conversation } from '../../../../lib/servers/http/websocket/conversation.ts'
import { clientClose, clientFrame } from './client-frame.ts'

import { closeAll, dial, echo, readClose, readFrame, request, serve, shake } from './talk.ts'

afterEach(closeAll)

describe('messages', () => {
  test('with a client of another maker, of all sizes', async () => {
    const { handler, closed } = echo()
    const { port } = await serve(handler)
    const client = new WebSocket(`ws://127.0.0.1:${port}/ws`)
    client.binaryType = 'arraybuffer'
    const came: (string | number)[] = []
    const done = Promise.withResolvers<void>()
    const sizes = [0, 1, 125, 126, 65535, 65536, 3_000_000]
    client.onmessage = ({ data }) => {
      came.push(typeof data === 'string' ? data.length : -(data as ArrayBuffer).byteLength)
      if (came.length === sizes.length * 2) done.resolve()
    }
    client.onopen = () => {
      for (const size of sizes) {
        client.send('a'.repeat(size))
        client.send(new Uint8Array(size))
      }
    }
    await done.promise
    expect(came).toEqual(sizes.flatMap((size) => [size, -size]))
    client.close(4001, 'bye')
    expect(await closed).toBe(4001)
  })

  test('in the same bytes as the handshake', async () => {
    const socket = await dial(echo().handler)
    socket.write(Buffer.concat([Buffer.from(request()), clientFrame(1, 'early'), clientFrame(9, 'ping')]))
    await socket.until('\r\n\r\n')
    expect((await readFrame(socket)).payload.toString()).toBe('early')
    expect(await readFrame(socket)).toEqual({ opcode: 10, payload: Buffer.from('ping') })
  })

  test('a slow far end is told to the sender, and when it has caught up', async () => {
    const { handler, peer } = echo()
    const socket = await shake(handler)
    socket.pause()
    const far = await peer
    const drained = Promise.withResolvers<void>()
    far.onDrain = drained.resolve
    const piece = Buffer.alloc(100_000)
    let count = 1
    while (far.send(piece)) count++
    socket.resume()
    await drained.promise
    for (let i = 0; i < count; i++) expect((await readFrame(socket)).payload.length).toBe(100_000)
    expect(far.send('more')).toBe(true)
  })

  test('paused, none come; resumed, all do', async () => {
    const came: string[] = []
    const all = Promise.withResolvers<void>()
    const paused = Promise.withResolvers<WebSocketPeer>()
    const socket = await shake(() => ({
      protocol: null,
      open: (peer) => ({
        message(data) {
          came.push(String(data).slice(0, 3))
          if (came.length === 1) {
            peer.pause()
            paused.resolve(peer)
          }
          if (came.length === 40) all.resolve()
        },
        closed() {},
      }),
    }))
    for (let i = 0; i < 40; i++) socket.write(clientFrame(1, `${i}`.padStart(3, '0').padEnd(10_000)))
    const peer = await paused.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(came).toHaveLength(1)
    peer.resume()
    await all.promise
    expect(came).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`.padStart(3, '0')))
  })
})

describe('the end', () => {
  test('a close frame is answered in kind', async () => {
    const { handler, closed } = echo()
    const socket = await shake(handler)
    socket.write(clientClose(3000, 'bye'))
    expect(await readClose(socket)).toBe(3000)
    expect(await socket.rest()).toBe('')
    expect(await closed).toBe(3000)
  })

  test('a close frame without a code', async () => {
    const { handler, closed } = echo()
    const socket = await shake(handler)
    socket.write(clientFrame(8, ''))
    expect(await readFrame(socket)).toEqual({ opcode: 8, payload: Buffer.alloc(0) })
    expect(await closed).toBe(1005)
  })

  test.each([
    ['one byte', 1002, clientFrame(8, 'a')],
    ['a code that is never sent', 1002, clientClose(1005)],
    ['a reason that is not UTF-8', 1007, clientFrame(8, Buffer.from([3, 232, 0xff]))],
    ['an unmasked frame', 1002, clientFrame(1, 'a', { masked: false })],
    ['too long', 1009, clientFrame(1, 'a'.repeat(1001))],
  ])('%s: %d is told before the end', async (_name, code, frame) => {
    const { handler, closed } = echo()
    const socket = await shake(handler, { maxMessageBytes: 1000 })
    socket.write(Buffer.concat([frame, Buffer.alloc(100_000)]))
    expect(await readClose(socket)).toBe(code)
    expect(await socket.rest()).toBe('')
    expect(await closed).toBe(code)
  })

  test('without a close frame', async () => {
    const { handler, closed } = echo()
    const socket = await shake(handler)
    socket.close()
    expect(await closed).toBe(1006)
  })

  test('by us: what the far end still says is dropped, its answer counts', async () => {
    const { handler, closed, peer } = echo()
    const socket = await shake(handler)
    ;(await peer).close(4000, 'é'.repeat(100))
    const { payload } = await readFrame(socket)
    expect(payload.readUInt16BE()).toBe(4000)
    expect(payload.subarray(2).toString()).toBe('é'.repeat(61))
    socket.write(Buffer.concat([clientFrame(1, 'late'), clientClose(4000)]))
    expect(await closed).toBe(4000)
    expect(await socket.rest()).toBe('')
  })

  test('a listener that throws ends its conversation with 1011', async () => {
    const reported: unknown[] = []
    const failing = (): WebSocketListener => ({
      message() {
        throw new Error('secret')
      },
      closed() {},
    })
    const socket = await shake(() => ({ protocol: null, open: failing }), { onInternalError: (e) => reported.push(e) })
    socket.write(clientFrame(1, 'a'))
    expect(await readClose(socket)).toBe(1011)
    expect(reported).toHaveLength(1)
  })

  test('a front that closes says 1001 after the grace', async () => {
    const { handler, closed } = echo()
    const front = await serve(handler)
    const client = new WebSocket(`ws://127.0.0.1:${front.port}/ws`)
    const code = Promise.withResolvers<number>()
    client.onclose = (event) => code.resolve(event.code)
    await new Promise((resolve) => {
      client.onopen = resolve
    })
    await front.close(10)
    expect(await code.promise).toBe(1001)
    expect(await closed).toBe(1001)
  })
})

/** A conversation without a socket; `wait` lets seconds pass. */
function quietly(listener: Partial<WebSocketListener> = {}) {
  let sent = ''
  let finished = 0
  const codes: number[] = []
  const socket = {
    write(bytes: Uint8Array, from: number, length: number) {
      sent += Buffer.from(bytes.subarray(from, from + length)).toString('hex')
      return length
    },
  }
  const out = new Outbox(socket, createSharedBuffer())
  const host = { out, pause() {}, resume() {}, finish: () => void finished++ }
  const whole = Object.assign(listener, { message() {}, closed: (code: number) => void codes.push(code) })
  const conversation = new Conversation(host, { open: () => whole, maxMessageBytes: -1, report() {} })
  conversation.open()
  return {
    conversation,
    codes,
    sent: () => sent,
    finished: () => finished,
    wait(seconds: number) {
      for (let i = 0; i < seconds; i++) conversation.tick()
      out.flush()
    },
  }
}

test('a far end that is quiet is pinged, and given up after two pings without an answer', () => {
  const { conversation, wait, sent, finished, codes } = quietly()
  wait(61)
  expect(sent()).toBe('8900')
  conversation.receive(clientFrame(10, ''))
  wait(61)
  expect(sent()).toBe('89008900')
  wait(60)
  expect([sent(), finished()]).toEqual(['890089008900', 0])
  wait(60)
  expect([codes, finished()]).toEqual([[1006], 1])
})

test('a server that stops hangs up when nothing is under way and the far end has said nothing for two seconds', () => {
  /** A close frame with 1001. */
  const goodbye = /^88..03e9/
  const listener = { isBusy: true }
  const { conversation, wait, sent } = quietly(listener)
  wait(10)
  conversation.drain()
  wait(10)
  expect(sent()).toBe('')
  listener.isBusy = false
  wait(1)
  conversation.receive(clientFrame(1, 'another'))
  wait(2)
  expect(sent()).toBe('')
  wait(1)
  expect(sent()).toMatch(goodbye)
})
