/** The socket `/stream`, and JSON of either dialect on any socket. */
import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../../lib/document/data-content.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { XserveError } from '../../../lib/errors.ts'
import { createWebSocketHandler } from '../../../lib/servers/websocket/handler.ts'
import type { ServedRuntime } from '../../../lib/wire/call.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'
import { runtimeOf } from '../kitchen.ts'
import { Many, Once } from '../second.ts'
import { open as openSocket } from './fake-peer.ts'

const open = (protocol: string, runtime: ServedRuntime = runtimeOf(Many), path = '/stream') => {
  const internal: unknown[] = []
  const handler = createWebSocketHandler(runtime, { onInternalError: (error) => internal.push(error) })
  const { peer, listener } = openSocket(handler, protocol, path)
  return {
    internal,
    sent: peer.sent,
    closed: peer.ended,
    send: (frame: string | Uint8Array) => listener.message(frame),
    answers: (count: number) => peer.frames(count),
    get code() {
      return peer.closed?.code ?? null
    },
    get reason() {
      return peer.closed?.reason
    },
  }
}

const bytesOf = (endpoint: string, dialect: 'v1' | 'v2', text = 'a'): Uint8Array =>
  Envelope.create({ requestId: 'r', endpoint, data: encodeData(new DocumentArray([{ text }]), dialect) }).encode()

test.each(['v1', 'v2'] as const)('bytes of %s: an answer for each document, then 1000', async (dialect) => {
  const socket = open('bytes')
  socket.send(bytesOf('/count', dialect))
  await socket.closed
  const answers = socket.sent.map((frame) => Envelope.parse(frame as Uint8Array))
  const docs = answers.map((answer) => decodeData(answer.data))
  expect(docs.map(({ texts }) => texts)).toEqual([['a 0'], ['a 1'], ['a 2']])
  expect(docs.map((array) => array.dialect)).toEqual([dialect, dialect, dialect])
  expect(answers.every(({ requestId }) => requestId === 'r')).toBe(true)
  expect(socket.code).toBe(1000)
})

test('JSON of the second dialect keeps its fields, that of the first is answered in full', async () => {
  const second = open('json')
  second.send(
    JSON.stringify({ data: { id: 'd', text: 'a', price: 2 }, exec_endpoint: '/same', header: { request_id: 'q' } }),
  )
  await second.closed
  expect(JSON.parse(second.sent[0] as string)).toMatchObject({
    header: { request_id: 'q', exec_endpoint: '/same' },
    data: [{ id: 'd', text: 'a', price: 2 }],
  })
  const first = open('json')
  first.send(JSON.stringify({ data: [{ text: 'a' }], execEndpoint: '/same' }))
  await first.closed
  expect(JSON.parse(first.sent[0] as string).data[0]).toMatchObject({ text: 'a', chunks: null })
})

test('an error of the executor is the last answer, one of the request as well', async () => {
  const broken = open('bytes')
  broken.send(bytesOf('/breaks', 'v2'))
  await broken.closed
  expect(broken.sent.map((frame) => Envelope.parse(frame as Uint8Array).isError)).toEqual([false, true])
  expect(broken.code).toBe(1000)
  const wrong = open('json')
  wrong.send('{"data": 5}')
  await wrong.closed
  expect(JSON.parse(wrong.sent[0] as string).header.status.description).toContain('must be')
  expect(wrong.code).toBe(1000)
})

test.each([
  ['bytes', 'text', 1003],
  ['json', '{', 1007],
  ['bytes', Uint8Array.of(0xff), 1007],
  ['json', '{}', 1000],
  ['bytes', Uint8Array.of(0), 1000],
] as const)('%s %p closes with %3$d', async (protocol, frame, code) => {
  const socket = open(protocol)
  socket.send(frame)
  await socket.closed
  expect([socket.code, socket.sent]).toEqual([code, []])
})

test('a second request is refused and ends the first; the end mark is no request', async () => {
  const left = Promise.withResolvers<void>()
  class Watched extends Many {
    override left = left.resolve
  }
  const socket = open('bytes', runtimeOf(Watched))
  socket.send(bytesOf('/waits', 'v2'))
  socket.send(Uint8Array.of(0))
  expect(socket.code).toBeNull()
  socket.send(bytesOf('/waits', 'v2'))
  await socket.closed
  expect(socket.code).toBe(1008)
  await left.promise
})

test('a stream that breaks closes with 1011; what we do not know is masked', async () => {
  const failing = (error: Error): ServedRuntime => {
    const runtime = runtimeOf(Many)
    // biome-ignore lint/correctness/useYield: it fails before its first document
    const stream: typeof runtime.handler.stream = async function* () {
      throw error
    }
    return { ...runtime, handler: { ...runtime.handler, stream } }
  }
  const gone = open('bytes', failing(new XserveError('WORKER_DIED', 'it is gone')))
  gone.send(bytesOf('/count', 'v2'))
  await gone.closed
  expect([gone.code, gone.reason]).toEqual([1011, 'it is gone'])
  for (const fault of [new Error('secret'), new XserveError('INTERNAL', 'secret')]) {
    const secret = open('bytes', failing(fault))
    secret.send(bytesOf('/count', 'v2'))
    await secret.closed
    expect([secret.code, secret.reason, secret.internal]).toEqual([1011, 'internal error', [fault]])
  }
})

test('a request without documents is answered in the dialect of those before it', async () => {
  const socket = open('bytes', runtimeOf(Once), '/')
  socket.send(bytesOf('/upper', 'v2'))
  await socket.answers(1)
  socket.send(Envelope.create({ requestId: 'r', endpoint: '/list' }).encode())
  await socket.answers(2)
  expect(decodeData(Envelope.parse(socket.sent[1] as Uint8Array).data).dialect).toBe('v2')
})
