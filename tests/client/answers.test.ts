/** What comes of a post: its answers, in which order and with what in them, and every way that it can end. */
import { describe, expect, test } from 'bun:test'
import { AnswerFailed } from '../../lib/client/answer-failed.ts'
import { Client } from '../../lib/client/client.ts'
import type { PostResponse } from '../../lib/client/response.ts'
import { encodeStruct } from '../../lib/protobuf/struct.ts'
import type { Envelope } from '../../lib/wire/envelope.ts'
import { failed, freePort, startGrpcServer } from './grpc-server.ts'

import { clientOf, count, reversed, slowly, textsOf } from './posting.ts'

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
