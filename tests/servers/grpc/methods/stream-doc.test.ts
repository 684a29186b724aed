/** stream_doc over a real socket, with a handler that tells what it hears. */
import { afterEach, expect, test } from 'bun:test'
import { Metadata } from '@grpc/grpc-js'
import { XserveError } from '../../../../lib/errors.ts'
import { startGrpcServer } from '../../../../lib/servers/grpc/server.ts'
import type { CallContext, ServedRuntime } from '../../../../lib/wire/call.ts'
import { Envelope } from '../../../../lib/wire/envelope.ts'
import { wrapDocument } from '../../../../lib/wire/single-document.ts'
import { frameOf, STREAM_DOC, singleRequest } from '../../../helpers/stream-doc.ts'
import { encode } from '../../../wire/oracle.ts'
import { fakeRuntime } from '../fake-runtime.ts'
import { collect, createRawClient } from '../raw-client.ts'

const opened: { close(graceMs: number): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close(0)
})

type Stream = (request: Envelope, context: CallContext) => AsyncIterable<Envelope>

async function serve(stream: Stream, streams: readonly string[] = ['/x']) {
  const fake = fakeRuntime('gateway')
  const runtime: ServedRuntime = { ...fake, handler: { ...fake.handler, stream }, streams: async () => streams }
  const listener = await startGrpcServer(runtime, { host: '127.0.0.1' })
  const client = createRawClient(listener.port)
  opened.push(listener, client)
  const open = (options: { deadline?: number } = {}) => client.stream(STREAM_DOC, new Metadata(), options)
  return { client, open }
}

const answer = (request: Envelope, text: string): Envelope => {
  const data = wrapDocument(encode('docarray.DocumentProto', { text }))
  return request.answer({ role: 'gateway', data, parameters: null, status: null, routes: [] })
}

test('one request in, frames out; the document reaches the handler as data', async () => {
  const { open } = await serve(async function* (request) {
    const read = Envelope.parse(request.encode())
    for (const word of ['a', 'b']) yield answer(request, `${read.endpoint} ${word} ${read.data.length}`)
  })
  const stream = open()
  stream.write(singleRequest('/x', { text: 'hi' }))
  stream.end()
  const { messages, code } = await collect(stream)
  expect(code).toBe(0)
  expect(messages.map((bytes) => frameOf(bytes).document!.text)).toEqual(['/x a 8', '/x b 8'])
})

test('no request, bytes that are none, and errors of the handler are statuses', async () => {
  const { open } = await serve(async function* (request) {
    yield answer(request, 'first')
    throw new XserveError('WORKER_DIED', 'gone')
  })
  const none = open()
  none.end()
  expect((await collect(none)).code).toBe(3)
  const broken = open()
  broken.write(new Uint8Array([255, 255]))
  broken.end()
  expect((await collect(broken)).code).toBe(3)
  const dead = open()
  dead.write(singleRequest('/x', {}))
  dead.end()
  expect(await collect(dead)).toMatchObject({ code: 14, details: 'gone', messages: [expect.anything()] })
})

test('a caller that leaves, or is too late, ends the iteration', async () => {
  const left: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()]
  let calls = 0
  const { open } = await serve(async function* (request, context) {
    const number = calls++
    try {
      for (;;) {
        yield answer(request, 'x')
        if (number === 1) await new Promise<void>((resolve) => context.onCancel(resolve))
        else await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      left[number]!.resolve()
    }
  })
  const leaves = open()
  leaves.on('error', () => {})
  leaves.on('data', () => leaves.cancel())
  leaves.write(singleRequest('/x', {}))
  await left[0]!.promise
  const late = open({ deadline: Date.now() + 150 })
  late.write(singleRequest('/x', {}))
  late.end()
  expect((await collect(late)).code).toBe(4)
  await left[1]!.promise
})

test('reflection lists and describes the service only where an endpoint streams', async () => {
  const path = '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo'
  for (const streams of [[], ['/x']]) {
    const { client } = await serve(async function* () {}, streams)
    const stream = client.stream(path, new Metadata())
    stream.write(new Uint8Array([0x3a, 0]))
    const symbol = 'jina.JinaSingleDocumentRequestRPC'
    stream.write(Buffer.concat([Buffer.from([0x22, symbol.length]), Buffer.from(symbol)]))
    stream.end()
    const [list, file] = (await collect(stream)).messages.map((bytes) => Buffer.from(bytes).toString('latin1'))
    const there = streams.length > 0
    expect([list!.includes(symbol), file!.includes('stream_doc'), file!.includes('not found')]).toEqual([
      there,
      there,
      !there,
    ])
  }
})
