import { describe, expect, test } from 'bun:test'
import { AnswerFailed } from '../../lib/client/answer-failed.ts'
import type { Inputs } from '../../lib/client/batches.ts'
import { Client } from '../../lib/client/client.ts'
import type { PostResponse } from '../../lib/client/response.ts'
import { decodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { encodeStruct } from '../../lib/protobuf/struct.ts'
import type { Envelope } from '../../lib/wire/envelope.ts'
import { decode } from '../wire/oracle.ts'
import { failed, freePort, startGrpcServer, type TestServer } from './grpc-server.ts'

const clientOf = (server: TestServer) => new Client(server.address)
const textsOf = (request: Envelope) => decodeData(request.data).texts
const count = (n: number) => Array.from({ length: n }, (_, i) => `${i}`)

async function* slowly(texts: readonly string[]) {
  for (const text of texts) {
    await Promise.resolve()
    yield text
  }
}

const release = (held: (() => void)[]) => {
  for (const answer of held.reverse()) answer()
}

/** Answers in the opposite order: the first one when `n` have come. */
function reversed(n: number) {
  const held: (() => void)[] = []
  return (request: Envelope) =>
    new Promise<Uint8Array>((resolve) => {
      held.push(() => resolve(request.encode()))
      if (held.length === n) setImmediate(() => release(held))
    })
}

describe('what may be sent', () => {
  const shapes: [string, () => Inputs, string[]][] = [
    ['a text', () => 'a', ['a']],
    ['texts', () => ['a', 'b'], ['a', 'b']],
    ['a document', () => new Document({ text: 'a' }), ['a']],
    ['fields of one', () => ({ text: 'a' }), ['a']],
    ['a DocumentArray', () => new DocumentArray(['a', 'b']), ['a', 'b']],
    ['a generator', () => count(3).values(), ['0', '1', '2']],
    ['an async generator', () => slowly(['a', 'b']), ['a', 'b']],
    ['nothing at all', () => undefined, []],
    ['an empty list', () => [], []],
  ]
  test.each(shapes)('%s', async (_, inputs, expected) => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    expect((await client.post('/foo', inputs())).texts).toEqual(expected)
    expect((await client.post({ on: '/foo', inputs: inputs(), stream: false })).texts).toEqual(expected)
  })

  test('undefined is one request without documents, an empty list is none', async () => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    await client.post('/', undefined)
    await client.post('/', [])
    expect(server.seen.stream).toBe(1)
  })

  test('what is no input is refused by name', async () => {
    using client = new Client('127.0.0.1:1')
    await expect(client.post('/', 5 as unknown as string)).rejects.toMatchObject({
      code: 'BAD_DOCUMENT',
      message: 'inputs cannot be a number',
    })
    await expect(client.post('')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
    await expect(client.post('/', 'a', { prefetch: 0 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
  })
})

describe('requests', () => {
  test('carry endpoint, parameters, target and a fresh id each; documents by requestSize', async () => {
    const requests: Record<string, unknown>[] = []
    const sizes: number[] = []
    await using server = await startGrpcServer({
      answer: (request) => {
        requests.push(decode('jina.DataRequestProto', request.encode()))
        sizes.push(textsOf(request).length)
        return request.encode()
      },
    })
    using client = clientOf(server)
    const docs = await client.post('/foo', count(7), {
      requestSize: 3,
      parameters: { k: [1, 'x'] },
      targetExecutor: 'exec.*',
      resultsInOrder: true,
    })
    expect(docs.texts).toEqual(count(7))
    expect(sizes).toEqual([3, 3, 1])
    const headers = requests.map(
      (request) => request.header as { request_id: string; exec_endpoint: string; target_executor: string },
    )
    expect(new Set(headers.map((header) => header.request_id)).size).toBe(3)
    expect(headers[0]).toMatchObject({
      exec_endpoint: '/foo',
      target_executor: 'exec.*',
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(requests[0]).toMatchObject({
      parameters: { fields: { k: { list_value: { values: [{ number_value: 1 }, { string_value: 'x' }] } } } },
    })
    sizes.length = 0
    await client.post('/foo', count(250))
    await client.post('/foo', count(250), { requestSize: -1 })
    expect(sizes).toEqual([100, 100, 50, 250])
  })

  test('carry metadata of the client and of the call', async () => {
    await using server = await startGrpcServer()
    using client = new Client({ host: '127.0.0.1', port: server.port, protocol: 'grpc', metadata: { a: '1' } })
    await client.post('/', 'x', { metadata: { b: '2' } })
    expect(server.metadata()).toMatchObject({ a: '1', b: '2' })
  })

  // Public case 83.
  test.each([true, false])('are at most prefetch at a time (stream %p)', async (stream) => {
    let open = 0
    let most = 0
    await using server = await startGrpcServer({
      answer: async (request) => {
        most = Math.max(most, ++open)
        await Bun.sleep(1)
        open--
        return request.encode()
      },
    })
    using client = clientOf(server)
    const docs = await client.post('/', count(40), { requestSize: 1, prefetch: 3, stream })
    expect(docs.length).toBe(40)
    expect(most).toBe(3)
  })

  // Public case 83.
  test('are not made before answers are taken: a slow reader bounds what is read of the inputs', async () => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    let made = 0
    function* inputs() {
      for (;;) yield `${made++}`
    }
    let taken = 0
    for await (const _ of client.stream('/', inputs(), { requestSize: 1, prefetch: 5 })) {
      await Bun.sleep(1)
      expect(made - taken).toBeLessThanOrEqual(5 + 2)
      if (++taken === 20) break
    }
  })

  test('of large documents are bounded by their bytes', async () => {
    let open = 0
    let most = 0
    await using server = await startGrpcServer({
      answer: async (request) => {
        most = Math.max(most, ++open)
        await Bun.sleep(2)
        open--
        return request.encode()
      },
    })
    using client = clientOf(server)
    const inputs = Array.from({ length: 8 }, () => ({ blob: new Uint8Array(12 << 20) }))
    expect((await client.post('/', inputs, { requestSize: 1 })).length).toBe(8)
    expect(most).toBeLessThanOrEqual(2)
  })
})

describe('answers', () => {
  // Public case 80.
  test.each([true, false])('come as they arrive, or in the order of requests (stream %p)', async (stream) => {
    const order = async (resultsInOrder: boolean) => {
      await using server = await startGrpcServer({ answer: reversed(4) })
      using client = clientOf(server)
      return (await client.post('/', count(4), { requestSize: 1, resultsInOrder, stream })).texts
    }
    expect(await order(false)).toEqual(['3', '2', '1', '0'])
    expect(await order(true)).toEqual(['0', '1', '2', '3'])
  })

  test('have documents, parameters, header, routes and what they answer', async () => {
    await using server = await startGrpcServer({
      answer: (request) =>
        request
          .answer({
            role: 'gateway',
            data: null,
            parameters: encodeStruct({ __results__: { e: { n: 1 } } }),
            status: null,
            routes: [{ executor: 'gateway', startMs: 1000, endMs: 2000.5, status: null }],
          })
          .encode(),
    })
    using client = clientOf(server)
    const responses: PostResponse[] = []
    for await (const response of client.stream('/foo', count(3), { requestSize: 2 })) responses.push(response)
    expect(responses.map((response) => response.docs.texts)).toEqual([['0', '1'], ['2']])
    expect(responses[1]).toMatchObject({
      isError: false,
      parameters: { __results__: { e: { n: 1 } } },
      header: { endpoint: '/foo', status: { code: 0 } },
      routes: [{ executor: 'gateway', startMs: 1000, endMs: 2000.5, failed: false }],
      request: { first: 2, count: 1 },
    })
    expect(JSON.parse(JSON.stringify(responses[0]))).toMatchObject({ docs: [{ text: '0' }, { text: '1' }] })
  })

  const failing = (request: Envelope) => (textsOf(request).includes('1') ? failed(request, 'boom') : request.encode())

  test('that are errors reject with name, arguments, executor, stack and the place of the documents', async () => {
    await using server = await startGrpcServer({ answer: failing })
    using client = clientOf(server)
    const error = await client.post('/', count(4), { requestSize: 1 }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(AnswerFailed)
    expect(error).toMatchObject({
      code: 'ANSWER_FAILED',
      message: 'MyExec failed: RangeError: boom (document 2)',
      details: { where: '/code/exec.ts:7:9', cause: expect.stringContaining('at foo') },
      exception: { name: 'RangeError', args: ['boom'], executor: 'MyExec' },
    })
    expect((await client.post('/', 'a')).texts).toEqual(['a'])
  })

  test('that are errors are left out with continueOnError, and seen by stream()', async () => {
    await using server = await startGrpcServer({ answer: failing })
    using client = clientOf(server)
    expect((await client.post('/', count(4), { requestSize: 1, continueOnError: true })).texts.sort()).toEqual([
      '0',
      '2',
      '3',
    ])
    const seen: boolean[] = []
    for await (const { isError } of client.stream('/', count(4), { requestSize: 1, resultsInOrder: true }))
      seen.push(isError)
    expect(seen).toEqual([false, true, false, false])
  })

  test('are told to callbacks: done or error, then always; then neither kept nor thrown', async () => {
    await using server = await startGrpcServer({ answer: failing })
    using client = clientOf(server)
    const told: string[] = []
    const tell = (kind: string) => async (response: PostResponse) => {
      await Promise.resolve()
      told.push(`${kind} ${response.docs.texts[0]}`)
    }
    const [onDone, onError, onAlways] = [tell('done'), tell('error'), tell('always')]
    const all = { requestSize: 1, resultsInOrder: true }
    expect((await client.post('/', count(2), { ...all, onDone, onError, onAlways })).length).toBe(0)
    expect(told).toEqual(['done 0', 'always 0', 'error 1', 'always 1'])
    expect((await client.post('/', count(3), { ...all, onError })).texts).toEqual(['0', '2'])
    told.length = 0
    // No `rejects` here: it waits inside of the callback that brought the last answer, and the connection with it.
    const thrown = await client.post('/', count(2), { ...all, onAlways }).catch((error) => error)
    expect(thrown).toBeInstanceOf(AnswerFailed)
    expect(told).toEqual(['always 0', 'always 1'])
    const own = new TypeError('mine')
    const thrower = () => {
      throw own
    }
    expect(await client.post('/', 'a', { onDone: thrower }).catch((error) => error)).toBe(own)
  })

  test('to nothing that was asked, and answers that are missing, are told', async () => {
    await using stranger = await startGrpcServer({
      answer: async () =>
        (await import('../../lib/wire/envelope.ts')).Envelope.create({ requestId: 'who', endpoint: '/' }).encode(),
    })
    using first = clientOf(stranger)
    await expect(first.post('/', 'a')).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('"who"'),
    })
    await using silent = await startGrpcServer({ answer: () => new Promise(() => {}), opened: (call) => call.end() })
    using second = clientOf(silent)
    await expect(second.post('/', 'a')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the server ended the stream'),
    })
  })
})

describe('ends', () => {
  test('leaving the loop cancels the call and stops the inputs', async () => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    let stopped = false
    function* inputs() {
      try {
        for (let i = 0; ; i++) yield `${i}`
      } finally {
        stopped = true
      }
    }
    for await (const _ of client.stream('/', inputs(), { requestSize: 1, prefetch: 2 })) break
    await server.cancelled
    expect(stopped).toBe(true)
  })

  // Public case 88.
  test.each([true, false])('a signal, a deadline and close() end a post (stream %p)', async (stream) => {
    await using server = await startGrpcServer({ answer: () => new Promise(() => {}) })
    const client = clientOf(server)
    const controller = new AbortController()
    const aborted = client.post('/', 'a', { signal: controller.signal, stream })
    setTimeout(() => controller.abort(), 20)
    await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.post('/', 'a', { timeoutMs: 50, stream })).rejects.toMatchObject({ code: 'DEADLINE' })
    const closed = client.post('/', 'a', { stream })
    setTimeout(() => client.close(), 20)
    await expect(closed).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test.each([true, false])('nobody there is told at once (stream %p)', async (stream) => {
    const port = freePort()
    using client = new Client({ port })
    const started = performance.now()
    await expect(client.post('/', count(500), { stream, requestSize: 1 })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `nobody answers at 127.0.0.1:${port}: the connection is refused`,
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('inputs that break reject with their own error, after what was sent is answered', async () => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    const own = new TypeError('no more')
    function* inputs() {
      yield 'a'
      yield 'b'
      throw own
    }
    const texts: string[] = []
    const run = async () => {
      for await (const { docs } of client.stream('/', inputs(), { requestSize: 1 })) texts.push(...docs.texts)
    }
    await expect(run()).rejects.toBe(own)
    expect(texts).toEqual(['a', 'b'])
  })

  test('a server without streams gets each request by itself, none lost', async () => {
    await using server = await startGrpcServer({ stream: false })
    using client = clientOf(server)
    const docs = await client.post('/', slowly(count(50)), { requestSize: 1, resultsInOrder: true })
    expect(docs.texts).toEqual(count(50))
    expect(server.seen).toEqual({ stream: 0, single: 50 })
  })

  test('many calls share a client', async () => {
    await using server = await startGrpcServer()
    using client = clientOf(server)
    const all = await Promise.all(count(50).map((text) => client.post('/', text)))
    expect(all.map((docs) => docs.texts[0])).toEqual(count(50))
  })
})
