/** Conversations of Jina's WebSocket gateway: what was recorded, and what ends one. */
import { describe, expect, test } from 'bun:test'
import { XserveError } from '../../../lib/errors.ts'
import { createWebSocketHandler } from '../../../lib/servers/websocket/handler.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'
import { decodeStatus } from '../../../lib/wire/status.ts'
import vectors from '../../fixtures/vectors/v1/websocket.json'
import { decode } from '../../wire/oracle.ts'
import { type Answerer, fakeRuntime, idOf, request } from '../grpc/fake-runtime.ts'
import { fakeRequest } from '../http/fake-request.ts'
import { kitchenRuntime } from '../kitchen.ts'
import { comparable } from '../recorded.ts'
import { open } from './fake-peer.ts'

interface Frame {
  readonly text?: unknown
  readonly binary?: string
  readonly plain?: { readonly header?: { readonly request_id: string; readonly exec_endpoint: string } }
  readonly close?: number
}

const handler = createWebSocketHandler(kitchenRuntime())
const answering = (call: Answerer, prefetch?: number) =>
  createWebSocketHandler(fakeRuntime('gateway', call), prefetch === undefined ? {} : { prefetch })

describe('recorded conversations', () => {
  for (const one of vectors.cases) {
    test(one.name, async () => {
      const { peer, listener, protocol } = open(handler, one.subprotocol, one.path)
      expect(protocol).toBe(one.subprotocol)
      for (const frame of one.frames as Frame[])
        listener.message(frame.binary === undefined ? JSON.stringify(frame.text) : Buffer.from(frame.binary, 'base64'))
      await peer.frames(one.replies.length)
      for (const [index, reply] of (one.replies as Frame[]).entries()) {
        const got = peer.sent[index]
        // Jina drops the connection; we say goodbye.
        if (reply.close !== undefined) expect(peer.closed).toEqual({ code: 1000, reason: '' })
        else if (reply.text !== undefined) expect(comparable(JSON.parse(got as string))).toEqual(comparable(reply.text))
        else expect(plainOf(got as Uint8Array)).toEqual(plainOf(Buffer.from(reply.binary!, 'base64')))
      }
    })
  }
})

/** A DataRequestProto without what differs from call to call. */
function plainOf(bytes: Uint8Array): unknown {
  return withoutTimes(comparable(decode('jina.DataRequestProto', bytes)))
}

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, /^(?:start|end)_?time$/i.test(key) ? 0 : withoutTimes(item)]),
  )
}

describe('handshake', () => {
  test.each([
    [null, null],
    ['bytes', 'bytes'],
    ['other, json', 'json'],
  ])('%p is answered with %p', (asked, echoed) => {
    expect(open(handler, asked).protocol).toBe(echoed)
  })

  test('what nobody speaks, and paths without a socket, are refused', () => {
    for (const [path, protocol, status] of [
      ['/', 'graphql-ws', 400],
      ['/post', 'json', 404],
    ] as const) {
      const answer = handler(fakeRequest('GET', path, { headers: { 'sec-websocket-protocol': protocol } }))
      expect(answer).toHaveProperty('status', status)
    }
  })
})

describe('many requests', () => {
  test('are answered as they are done, and after the end mark it closes when all are out', async () => {
    const waiting = new Map<string, () => void>()
    const slow = answering((one) => new Promise((resolve) => waiting.set(one.requestId, () => resolve(one))))
    const { peer, listener } = open(slow, 'bytes')
    for (const id of ['a', 'b', 'c']) listener.message(request(id))
    listener.message(new Uint8Array([0]))
    listener.message(request('late'))
    for (const id of ['c', 'a']) waiting.get(id)!()
    await peer.frames(2)
    expect(peer.closed).toBeNull()
    waiting.get('b')!()
    await peer.frames(4)
    expect((peer.sent as Uint8Array[]).map(idOf)).toEqual(['c', 'a', 'b'])
    expect(peer.closed).toEqual({ code: 1000, reason: '' })
  })

  test('no further ones are read at the cap, nor while the far end reads slowly', async () => {
    const waiting: (() => void)[] = []
    const slow = answering((one) => new Promise((resolve) => waiting.push(() => resolve(one))), 2)
    const { peer, listener } = open(slow, 'bytes')
    listener.message(request('a'))
    expect(peer.paused).toBe(false)
    listener.message(request('b'))
    expect(peer.paused).toBe(true)
    waiting[0]!()
    await peer.frames(1)
    expect(peer.paused).toBe(false)
    peer.fast = false
    waiting[1]!()
    await peer.frames(2)
    expect(peer.paused).toBe(true)
    peer.fast = true
    peer.onDrain!()
    expect(peer.paused).toBe(false)
  })

  test('are what a server that stops waits for', async () => {
    const answer = Promise.withResolvers<void>()
    const { peer, listener } = open(
      answering(async (asked) => {
        await answer.promise
        return asked
      }),
      'bytes',
    )
    expect(listener.isBusy).toBe(false)
    listener.message(request('a'))
    expect(listener.isBusy).toBe(true)
    answer.resolve()
    await peer.frames(1)
    expect(listener.isBusy).toBe(false)
  })

  test('0 is no cap', () => {
    const never = answering(() => new Promise(() => {}), 0)
    const { peer, listener } = open(never, 'bytes')
    for (let i = 0; i < 1500; i++) listener.message(request('a'))
    expect(peer.paused).toBe(false)
  })

  test('are cancelled when the socket closes; nothing is sent any more', async () => {
    const reasons: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const never = answering(
      (_, context) =>
        new Promise((_, reject) => {
          context.signal.addEventListener('abort', () => {
            reasons.push((context.signal.reason as XserveError).code, context.cancelled, context.metadata('x-a'))
            reject(context.signal.reason)
            resolve()
          })
        }),
    )
    const { peer, listener } = open(never, 'bytes', '/', { headers: { 'x-a': 'b' } })
    listener.message(request('a'))
    listener.closed(1006)
    await promise
    expect(reasons).toEqual(['CANCELLED', true, 'b'])
    expect([peer.sent.length, peer.closed]).toEqual([0, null])
  })
})

describe('what is wrong', () => {
  test('with one JSON request is its answer, with its id and the place; the others go on', async () => {
    const { peer, listener } = open(handler)
    listener.message('{"data": [{"text": true}], "header": {"requestId": "mine"}}')
    listener.message('{"data": [{}], "execEndpoint": "/hello"}')
    await peer.frames(2)
    const [bad, good] = peer.sent.map((text) => JSON.parse(text as string))
    expect(bad.header.request_id).toBe('mine')
    expect(bad.header.status.description).toBe('data[0].text: text must be a text, not boolean')
    expect(bad.header.status.exception).toMatchObject({ name: 'BAD_DOCUMENT', executor: '' })
    expect(good.data[0].text).toBe('hello')
    expect(peer.closed).toBeNull()
  })

  test('with a target is the answer of its request', async () => {
    for (const protocol of ['json', 'bytes']) {
      const { peer, listener } = open(handler, protocol)
      const parts = { requestId: 'r', endpoint: '/hello', targetExecutor: '[' }
      listener.message(protocol === 'json' ? '{"targetExecutor": "["}' : Envelope.create(parts).encode())
      await peer.frames(1)
      const [frame] = peer.sent
      const code =
        typeof frame === 'string'
          ? JSON.parse(frame).header.status.exception.name
          : decodeStatus(Envelope.parse(frame!).status).exception?.name
      expect([code, peer.closed]).toEqual(['BAD_TARGET', null])
    }
  })

  test.each([
    ['json', '{bad', 1007],
    ['json', '', 1007],
    ['json', '[1]', null],
    ['json', new Uint8Array([1]), 1003],
    ['bytes', '{}', 1003],
    ['bytes', new Uint8Array([255, 255]), 1007],
  ])('%s: %p ends it with %p', async (protocol, frame, code) => {
    const { peer, listener } = open(handler, protocol)
    listener.message(frame)
    await peer.frames(1)
    expect(peer.closed?.code ?? null).toBe(code)
    if (code) expect(peer.closed?.reason).not.toBe('')
  })

  // Jina's client says that it has no more requests before it waits for the first answer.
  test.each([false, true])(
    'on the way ends it with 1011 and the reason, after the answers of the others; all sent: %p',
    async (ended) => {
      const waiting: (() => void)[] = []
      const failing = answering((one) =>
        one.requestId === 'bad'
          ? Promise.reject(new XserveError('WORKER_DIED', 'the worker has died'))
          : new Promise((resolve) => waiting.push(() => resolve(one))),
      )
      const { peer, listener } = open(failing, 'bytes')
      listener.message(request('good'))
      listener.message(request('bad'))
      if (ended) listener.message(Uint8Array.of(0))
      await Promise.resolve()
      waiting[0]!()
      await peer.frames(2)
      expect((peer.sent as Uint8Array[]).map(idOf)).toEqual(['good'])
      expect(peer.closed).toEqual({ code: 1011, reason: 'the worker has died' })
    },
  )

  test.each([new TypeError('secret'), new XserveError('INTERNAL', 'secret')])(
    'with us is masked, and told to the operator: %s',
    async (fault) => {
      const told: unknown[] = []
      const runtime = fakeRuntime('gateway', () => {
        throw fault
      })
      const own = createWebSocketHandler(runtime, { onInternalError: (error) => told.push(error) })
      const { peer, listener } = open(own, 'json')
      listener.message('{"data": []}')
      expect(peer.closed).toEqual({ code: 1011, reason: 'internal error' })
      expect(String(told[0])).toContain('secret')
    },
  )

  test('a dry run that fails tells why, in both sub-protocols', async () => {
    const dryRun = () => Promise.reject(new XserveError('UNREACHABLE', 'nobody there'))
    const failing = createWebSocketHandler({ ...fakeRuntime('gateway'), dryRun })
    const text = open(failing, 'json', '/dry_run')
    await text.peer.frames(1)
    expect(JSON.parse(text.peer.sent[0] as string)).toMatchObject({ code: 1, description: 'nobody there' })
    const bytes = open(failing, 'bytes', '/dry_run')
    await bytes.peer.frames(1)
    expect(decodeStatus(bytes.peer.sent[0] as Uint8Array)).toMatchObject({ code: 1, description: 'nobody there' })
    const told: unknown[] = []
    const fault = () => Promise.reject(new Error('secret'))
    const runtime = { ...fakeRuntime('gateway'), dryRun: fault }
    const faulty = createWebSocketHandler(runtime, { onInternalError: (error) => told.push(error) })
    const masked = open(faulty, 'json', '/dry_run')
    await masked.peer.frames(1)
    expect([masked.peer.sent, masked.peer.closed, told.map(String)]).toEqual([
      [],
      { code: 1011, reason: 'internal error' },
      ['Error: secret'],
    ])
  })
})

test('after an error the close frame waits for the client to look at it, and not for one that has left', async () => {
  const { peer, listener } = open(handler, 'json')
  const started = performance.now()
  listener.message('{"execEndpoint": "/fail"}')
  listener.message('{}')
  await peer.frames(2)
  expect(performance.now() - started).toBeGreaterThan(50)
  expect(peer.closed?.code).toBe(1000)
  const gone = open(handler, 'json')
  gone.listener.message('{}')
  expect(gone.peer.closed).toEqual({ code: 1000, reason: '' })
  const left = open(handler, 'json')
  left.listener.message('{"execEndpoint": "/fail"}')
  left.listener.message('{}')
  await left.peer.frames(1)
  left.listener.closed(1006)
  const later = open(handler, 'json')
  later.listener.message('{"execEndpoint": "/fail"}')
  later.listener.message('{}')
  await later.peer.frames(2)
  expect(left.peer.closed).toBeNull()
})
