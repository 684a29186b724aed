/** What a post may send, and the requests that it makes. */
import { describe, expect, test } from 'bun:test'
import type { Inputs } from '../../lib/client/batches.ts'
import { Client } from '../../lib/client/client.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { decode } from '../wire/oracle.ts'
import { startGrpcServer } from './grpc-server.ts'

import { clientOf, count, slowly, textsOf } from './posting.ts'

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
    await expect(client.post('/', 'a', { prefetch: -1 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
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
  test('go one by one with a prefetch of 1, all at once with 0, and answers come before the inputs have ended', async () => {
    const held = Promise.withResolvers<void>()
    const all = Promise.withResolvers<void>()
    let open = 0
    let most = 0
    await using server = await startGrpcServer({
      answer: async (request) => {
        most = Math.max(most, ++open)
        if (open === 60) all.resolve()
        await (textsOf(request)[0] === 'held' ? held.promise : Promise.resolve())
        open--
        return request.encode()
      },
    })
    using client = clientOf(server)
    expect((await client.post('/', count(50), { requestSize: 1, prefetch: 1 })).length).toBe(50)
    expect(most).toBe(1)
    const every = client.post('/', new Array(60).fill('held'), { requestSize: 1, prefetch: 0 })
    await all.promise
    held.resolve()
    expect((await every).length).toBe(60)
    let ended = false
    async function* endless() {
      yield 'first'
      await all.promise
      await answered.promise
      ended = true
      yield 'last'
    }
    const answered = Promise.withResolvers<void>()
    let answers = 0
    for await (const _ of client.stream('/', endless(), { requestSize: 1, prefetch: 2 })) {
      if (answers++ === 0) expect(ended).toBe(false)
      answered.resolve()
    }
    expect(answers).toBe(2)
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
