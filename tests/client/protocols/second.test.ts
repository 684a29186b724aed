/** The client against servers of docarray's second dialect: how requests look on each protocol, and answers as Jina 3.34 writes them. */
import { describe, expect, test } from 'bun:test'
import { Client } from '../../../lib/client/client.ts'
import { decodeData } from '../../../lib/document/data-content.ts'
import { startGrpcServer } from '../../../lib/servers/grpc/server.ts'
import { createHttpHandler } from '../../../lib/servers/http/handler.ts'
import { startHttpServer } from '../../../lib/servers/http/server.ts'
import { createWebSocketHandler } from '../../../lib/servers/websocket/handler.ts'
import type { ServedRuntime } from '../../../lib/wire/call.ts'
import type { Envelope } from '../../../lib/wire/envelope.ts'
import { runtimeOf } from '../../servers/kitchen.ts'
import { Once } from '../../servers/second.ts'

/** An executor that tells of docarray 0.40, and what was asked of it. */
function modern(): { runtime: ServedRuntime; seen: Envelope[] } {
  const runtime = runtimeOf(Once)
  const seen: Envelope[] = []
  return {
    seen,
    runtime: {
      ...runtime,
      info: () => ({ jina: { jina: '3.34.0', docarray: '0.40.0' }, envs: {} }),
      handler: {
        ...runtime.handler,
        call(request, context) {
          seen.push(request)
          return runtime.handler.call(request, context)
        },
      },
    },
  }
}

describe.each(['grpc', 'http', 'websocket'] as const)('over %s', (protocol) => {
  const serve = async () => {
    const { runtime, seen } = modern()
    const listener =
      protocol === 'grpc'
        ? await startGrpcServer(runtime, { host: '127.0.0.1' })
        : await startHttpServer(
            {
              protocol,
              http: createHttpHandler(runtime),
              ...(protocol === 'websocket' ? { websocket: createWebSocketHandler(runtime) } : {}),
            },
            { host: '127.0.0.1' },
          )
    listener.setServing(true)
    const client = new Client({ protocol, host: '127.0.0.1', port: listener.port })
    return {
      seen,
      client,
      async [Symbol.asyncDispose]() {
        client.close()
        await listener.close(0)
      },
    }
  }

  test('documents go out and come back in the second dialect, whatever their fields', async () => {
    await using server = await serve()
    const inputs = [{ id: 'a', text: 'x', fields: { price: 1.5, nothing: null } }, 'y']
    const docs = await server.client.post('/upper', inputs)
    expect(server.seen.map(({ data }) => decodeData(data).dialect)).toEqual(['v2'])
    expect([docs.dialect ?? docs[0].fields.price, docs.texts]).toEqual([1.5, ['X', 'Y']])
    expect(docs.map(({ fields }) => [fields.price, fields.nothing])).toEqual([
      [1.5, null],
      [undefined, undefined],
    ])
  })

  test('tensors, parameters, results, target and the default endpoint', async () => {
    await using server = await serve()
    const { client } = server
    expect([...(await client.post('/double', [{ embedding: [1, 2.5] }]))[0].embedding].map(Number)).toEqual([2, 5])
    expect((await client.post('/suffix', ['a'], { parameters: { suffix: '-t' } })).texts).toEqual(['a-t'])
    expect((await client.post('/', ['a'])).texts).toEqual(['a!'])
    expect((await client.post('/no/such', ['a'])).texts).toEqual(['a!'])
    expect((await client.post('/upper', ['a'], { targetExecutor: 'nobody' })).texts).toEqual(['a'])
    for await (const { parameters } of client.stream('/count', ['a', 'b'])) {
      expect(parameters.__results__).toEqual({ 'executor0/rep-0': { n: 2 } })
    }
  })

  test('many requests in order', async () => {
    await using server = await serve()
    const inputs = Array.from({ length: 50 }, (_, i) => `${i}`)
    const docs = await server.client.post('/', inputs, { requestSize: 1, resultsInOrder: true })
    expect(docs.texts).toEqual(inputs.map((text) => `${text}!`))
  })

  test('an error of the executor is an answer', async () => {
    await using server = await serve()
    await expect(server.client.post('/fail', ['a'])).rejects.toMatchObject({
      code: 'ANSWER_FAILED',
      message: expect.stringContaining('intended failure'),
    })
    const errors: string[] = []
    await server.client.post('/fail', ['a', 'b'], {
      requestSize: 1,
      onError: ({ header }) => errors.push(header.status.description),
    })
    expect(errors).toEqual(["TypeError('intended failure')", "TypeError('intended failure')"])
  })
})

describe('HTTP answers as Jina writes them', () => {
  const answering = (reply: (path: string) => Response) =>
    Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request) {
        const { pathname } = new URL(request.url)
        if (pathname === '/status') return Response.json({ jina: { docarray: '0.40.0' }, envs: {} })
        return reply(pathname)
      },
    })

  test('both spellings of the header, one document in place of a list, a tensor as its text', async () => {
    for (const header of [{ requestId: 'q' }, { request_id: 'q' }]) {
      using server = answering(() =>
        Response.json({ data: { id: 'a', text: 'x', embedding: '[1.0,2.5]', url: null }, parameters: null, header }),
      )
      using client = new Client(`http://127.0.0.1:${server.port}`)
      for await (const response of client.stream('/x', ['a'])) {
        expect(response.header.requestId).toBe('q')
        expect(response.docs[0].embedding.toArray()).toEqual([1, 2.5])
        expect(response.docs[0].fields.url).toBeNull()
      }
    }
  })

  test.each([
    [500, '{"detail":"ValueError(\'no\')"}', 'ANSWER_FAILED', "the answer is an error: ValueError('no')"],
    [500, 'Internal Server Error', 'ANSWER_FAILED', 'answered HTTP status 500: Internal Server Error'],
    [422, '{"detail":[{"loc":["body","data"],"msg":"field required"}]}', 'BAD_REQUEST', 'data: field required'],
    [503, '{"detail":"gone"}', 'UNAVAILABLE', 'gone'],
    [405, '{"detail":"Method Not Allowed"}', 'UNKNOWN_METHOD', '405'],
    [200, '<html>', 'BAD_REQUEST', 'what is no answer of a Flow'],
    [200, '{"data":[5]}', 'BAD_DOCUMENT', 'data[0] must be a document'],
  ] as const)('%d %s is %s', async (status, body, code, message) => {
    using server = answering(() => new Response(body, { status }))
    using client = new Client(`http://127.0.0.1:${server.port}`)
    await expect(client.post('/x', ['a'])).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('an endpoint that is not there is asked for once, then its requests go to the default one', async () => {
    const paths: string[] = []
    using server = answering((path) => {
      paths.push(path)
      if (path !== '/default') return new Response('{"detail":"Not Found"}', { status: 404 })
      return Response.json({ data: [{ id: 'a', text: 'x' }], parameters: {}, header: { requestId: 'q' } })
    })
    using client = new Client(`http://127.0.0.1:${server.port}`)
    await client.post('/x y/z', ['a'])
    await client.post('/x y/z', ['a'])
    expect(paths).toEqual(['/x%20y/z', '/default', '/default'])
  })
})
