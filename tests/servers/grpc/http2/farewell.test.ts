/** The ends of a connection, in memory: drained, lost, quiet for too long, broken by a fault of ours. */
import { expect, test } from 'bun:test'
import { GOAWAY, PING, RST_STREAM } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcCall, GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import {
  call,
  callFields,
  connectInMemory,
  data,
  frame,
  headers,
  METHODS,
  message,
  ping,
  reset,
  windowUpdate,
} from './peer.ts'

test('drain: two GOAWAYs; what was accepted is answered whole, idle streams end in time, later calls are refused', async () => {
  let release: (() => void) | undefined
  const slow: GrpcMethod = {
    kind: 'unary',
    handle: (request) =>
      new Promise((resolve) => {
        release = () => resolve(request)
      }),
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Slow': slow })
  peer.send(call(1, '/t.T/Slow', 'slow'), headers(3, callFields('/t.T/Stream')))
  peer.connection.drain()
  expect(await peer.goaway()).toMatchObject({ lastStream: 2 ** 31 - 1, code: 0 })
  // The peer did not know yet.
  peer.send(call(5, '/t.T/Echo', 'accepted'), headers(7, callFields('/t.T/Stream')))
  const ask = (await peer.frames()).find(({ type, flags }) => type === PING && flags === 0)!
  peer.send(ping(ask.payload.toString('latin1'), 1))
  expect(await peer.goaway()).toMatchObject({ lastStream: 7, code: 0 })
  peer.send(call(9, '/t.T/Echo', 'too late'))
  const answers = await peer.answers()
  expect([answers.get(5)?.messages, answers.get(9)?.reset]).toEqual([['accepted'], 7])
  // Begun before the peer knew, and sent in pieces: as clients do that open a stream for one request.
  peer.send(data(7, message('begun'), true))
  expect((await peer.answers()).get(7)).toMatchObject({ messages: ['begun'], status: '0' })
  expect((await peer.answers()).get(3)?.status).toBeUndefined()
  peer.tick()
  peer.tick()
  expect((await peer.answers()).get(3)).toMatchObject({ status: '14' })
  expect(peer.ended).toBe('no')
  release?.()
  expect((await peer.answers()).get(1)).toMatchObject({ messages: ['slow'], status: '0' })
  expect(peer.ended).toBe('shutdown')
})

test.each([
  ['is taken back', reset(1)],
  ['breaks a rule', windowUpdate(1, 0)],
] as const)('drain: ends with the last call, also when it %s', async (_, bytes) => {
  const peer = connectInMemory(METHODS)
  peer.send(call(1, '/t.T/Never', ''))
  peer.connection.drain()
  await peer.frames()
  peer.tick()
  peer.tick()
  expect(peer.ended).toBe('no')
  peer.send(bytes)
  await peer.frames()
  expect(peer.ended).toBe('shutdown')
})

test('drain of an idle peer that never answers takes two seconds', async () => {
  const peer = connectInMemory(METHODS)
  peer.connection.drain()
  await peer.frames()
  expect(peer.ended).toBe('no')
  peer.tick()
  peer.tick()
  await peer.frames()
  expect(peer.ended).toBe('shutdown')
  for (let i = 0; i < 3; i++) peer.tick()
  expect(peer.ended).toBe('end')
})

test('a lost connection tells every call', async () => {
  const told: string[] = []
  const wait: GrpcMethod = {
    kind: 'unary',
    handle: (request, context: GrpcCall) =>
      new Promise(() => context.onCancel(() => told.push(`${request} ${context.cancelled}`))),
  }
  const peer = connectInMemory({ '/t.T/Wait': wait })
  peer.send(call(1, '/t.T/Wait', 'a'), call(3, '/t.T/Wait', 'b'), reset(3))
  expect(told).toEqual(['b true'])
  peer.connection.closed()
  expect(told).toEqual(['b true', 'a true'])
})

test('a connection that ends for a fault of its peer tells every call, and says nothing more of them', async () => {
  const told: string[] = []
  const wait: GrpcMethod = {
    kind: 'unary',
    handle: (request, context: GrpcCall) =>
      new Promise((resolve) =>
        context.onCancel(() => {
          told.push(`${request} ${context.cancelled}`)
          resolve(request)
        }),
      ),
  }
  const peer = connectInMemory({ '/t.T/Wait': wait })
  peer.send(call(1, '/t.T/Wait', 'a'), call(3, '/t.T/Wait', 'b'), ping('short'))
  expect(told).toEqual(['a true', 'b true'])
  expect((await peer.frames()).at(-1)?.type).toBe(GOAWAY)
})

test('a fault of ours ends the connection, masked, and is reported', async () => {
  const fault = new Error('ours')
  const bad: GrpcMethod = {
    kind: 'stream',
    open: (_sink, context) => {
      context.onCancel(() => {
        throw fault
      })
      return { message() {}, end() {} }
    },
  }
  const peer = connectInMemory({ '/t.T/Bad': bad })
  peer.send(headers(1, callFields('/t.T/Bad')))
  peer.send(reset(1))
  expect(await peer.goaway()).toMatchObject({ code: 2, text: 'internal error' })
  expect(peer.reported).toEqual([fault])
})

test('a quiet peer is asked, and cut when it does not answer', async () => {
  const peer = connectInMemory(METHODS)
  for (let i = 0; i < 61; i++) peer.tick()
  const ask = (await peer.frames()).find(({ type }) => type === PING)!
  expect(ask.flags).toBe(0)
  peer.send(ping(ask.payload.toString('latin1'), 1))
  for (let i = 0; i < 70; i++) peer.tick()
  expect((await peer.frames()).filter(({ type }) => type === PING)).toHaveLength(1)
  for (let i = 0; i < 12; i++) peer.tick()
  expect(peer.ended).toBe('end')
})

test('frames that are not known are passed over', async () => {
  const peer = connectInMemory(METHODS)
  peer.send(frame(0x42, 0xff, 0, Buffer.from('?')), frame(0xfe, 0, 77), call(1, '/t.T/Echo', 'a'))
  expect((await peer.answers()).get(1)?.messages).toEqual(['a'])
  expect((await peer.frames()).some(({ type }) => type === GOAWAY || type === RST_STREAM)).toBe(false)
})
