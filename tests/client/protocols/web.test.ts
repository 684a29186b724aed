/** What the client does is the same over HTTP and WebSocket; what differs is tested beside. */
import { describe, expect, test } from 'bun:test'
import { AnswerFailed } from '../../../lib/client/answer-failed.ts'
import { Client } from '../../../lib/client/client.ts'
import { ping } from '../../../lib/client/ping.ts'
import { decodeData } from '../../../lib/document/data-content.ts'
import { Document } from '../../../lib/document/document.ts'
import { resolveAddress } from '../../../lib/wire/address.ts'
import type { Envelope } from '../../../lib/wire/envelope.ts'
import { failed, freePort } from '../grpc-server.ts'
import { answerOf, type Behaviour, type Body, startWebServer } from '../web-server.ts'

const count = (n: number) => Array.from({ length: n }, (_, i) => `${i}`)
const textsOf = (request: Envelope) => decodeData(request.data).texts
const textsIn = (body: Body) => (body.data ?? []).map((doc) => doc.text as string)

/** The same behaviour for both: what to do with the texts of a request before it is answered. */
const both = (work: (texts: string[]) => Promise<unknown> | unknown): Behaviour => ({
  async post(body) {
    await work(textsIn(body))
    return answerOf(body)
  },
  async frame(request) {
    await work(textsOf(request))
    return request.encode()
  },
})

const broken = {
  code: 1,
  description: "ValueError('boom')",
  exception: { name: 'ValueError', args: ['boom'], stacks: ['  File "/e.py", line 7, in f\n'], executor: 'MyExec' },
}
const failing: Behaviour = {
  post: (body) =>
    textsIn(body).includes('1')
      ? answerOf(body, { header: { requestId: '', status: broken, execEndpoint: '/' } })
      : answerOf(body),
  frame: (request) => (textsOf(request).includes('1') ? failed(request, 'boom') : request.encode()),
}

describe.each(['http', 'ws'])('%s', (scheme) => {
  test('documents go out and come back, with all their fields', async () => {
    await using server = startWebServer()
    using client = new Client(`${scheme}://${server.address}`)
    const sent = new Document({
      text: 'ä',
      tags: { a: [1, null, { b: 'x' }] },
      embedding: new Float64Array([0.5, -1]),
      weight: 0.25,
      scores: { s: { value: 2, opName: 'op' } },
      chunks: [{ blob: new Uint8Array([0, 255]), mimeType: 'a/b' }],
    })
    const [back] = await client.post('/foo', sent)
    expect(back!.toJSON()).toEqual(sent.toJSON())
    expect((await client.post('/foo')).length).toBe(0)
    expect((await client.post('/foo', [])).length).toBe(0)
  })

  test('many requests, in flight at most prefetch, in order when asked for', async () => {
    let open = 0
    let most = 0
    await using server = startWebServer(
      both(async (texts) => {
        most = Math.max(most, ++open)
        await Bun.sleep(Number(texts[0]) % 3)
        open--
      }),
    )
    using client = new Client(`${scheme}://${server.address}`)
    const docs = await client.post('/', count(60), { requestSize: 1, prefetch: 4, resultsInOrder: true })
    expect(docs.texts).toEqual(count(60))
    expect(most).toBe(4)
    expect((await client.post('/', count(500), { requestSize: 1 })).length).toBe(500)
  })

  test('parameters, target, metadata, routes', async () => {
    await using server = startWebServer()
    using client = new Client({ host: server.address, protocol: scheme as 'http' | 'ws', metadata: { 'x-a': '1' } })
    for await (const response of client.stream('/foo', 'a', {
      parameters: { k: [1, 'x'] },
      targetExecutor: 'e.*',
      metadata: { 'x-b': '2' },
    })) {
      expect(response.parameters).toEqual({ k: [1, 'x'] })
      expect(response.header.endpoint).toBe('/foo')
      if (scheme === 'http')
        expect(response.routes).toEqual([
          {
            executor: 'gateway',
            startMs: Date.UTC(2024, 0, 2, 3, 4, 5, 678),
            endMs: Date.UTC(2024, 0, 2, 3, 4, 5, 678),
            failed: false,
          },
        ])
    }
    expect([server.seen.headers?.get('x-a'), server.seen.headers?.get('x-b')]).toEqual(['1', '2'])
    await expect(client.post('/', 'a', { metadata: { 'x-b': 'a\r\nb: c' } })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    })
    await expect(client.post('/', 'a', { parameters: { n: 1n } })).rejects.toMatchObject({ code: 'BAD_DOCUMENT' })
  })

  // Public case 89.
  test('an executor that failed rejects as over gRPC, and can be passed over', async () => {
    await using server = startWebServer(failing)
    using client = new Client(`${scheme}://${server.address}`)
    const error = (await client.post('/', count(3), { requestSize: 1 }).catch((thrown) => thrown)) as AnswerFailed
    expect(error).toBeInstanceOf(AnswerFailed)
    expect(error.message).toMatch(/^MyExec failed: \w+Error: boom \(document 2\)$/)
    expect(error.exception.args).toEqual(['boom'])
    const rest = await client.post('/', count(3), { requestSize: 1, continueOnError: true })
    expect(rest.texts.sort()).toEqual(['0', '2'])
  })

  // Public case 88.
  test('signal, deadline, close() and leaving the loop end it', async () => {
    await using server = startWebServer(both(() => new Promise(() => {})))
    const client = new Client(`${scheme}://${server.address}`)
    const controller = new AbortController()
    const aborted = client.post('/', 'a', { signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.post('/', 'a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(client.post('/', 'a', { timeoutMs: 60 })).rejects.toMatchObject({ code: 'DEADLINE' })
    const closed = client.post('/', 'a')
    setTimeout(() => client.close(), 20)
    await expect(closed).rejects.toMatchObject({ code: 'CANCELLED' })
    await using fine = startWebServer()
    using second = new Client(`${scheme}://${fine.address}`)
    for await (const _ of second.stream('/', count(100), { requestSize: 1 })) break
  })

  test('nobody there is told at once', async () => {
    const port = freePort()
    using client = new Client(`${scheme}://127.0.0.1:${port}`)
    await expect(client.post('/', 'a')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `nobody answers at 127.0.0.1:${port}: the connection is refused`,
    })
  })

  test('a server that comes late is reached with more attempts', async () => {
    const port = freePort()
    using client = new Client(`${scheme}://127.0.0.1:${port}`)
    const posted = client.post('/', count(3), {
      requestSize: 1,
      maxAttempts: 20,
      initialBackoffMs: 50,
      maxBackoffMs: 50,
      resultsInOrder: true,
    })
    await Bun.sleep(60)
    await using server = startWebServer({}, port)
    expect((await posted).texts).toEqual(count(3))
    expect(server.seen.posts + server.seen.frames).toBe(3)
  })

  test('a server that vanishes in the middle is told, and not asked again', async () => {
    await using server = startWebServer(both((texts) => (texts[0] === '2' ? server.stop() : undefined)))
    using client = new Client(`${scheme}://${server.address}`)
    const post = client.post('/', count(50), { requestSize: 1, prefetch: 1, maxAttempts: 3, initialBackoffMs: 1 })
    await expect(post).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(server.seen.posts + server.seen.frames).toBe(3)
  })

  test('ping and isReady ask / and /dry_run', async () => {
    await using server = startWebServer()
    const ask = (address: string, target: 'gateway' | 'flow') =>
      ping({ target, address: resolveAddress({ host: `${scheme}://${address}` }), attempts: 1, timeoutMs: 500 })
    expect((await ask(server.address, 'gateway')).error).toBeNull()
    expect((await ask(server.address, 'flow')).error).toBeNull()
    await using sick = startWebServer({
      get: { '/': () => new Response('starting', { status: 503 }), '/dry_run': () => Response.json(broken) },
    })
    expect((await ask(sick.address, 'gateway')).error).toMatchObject({
      code: 'UNAVAILABLE',
      message: `${sick.address} answered HTTP status 503: starting`,
    })
    expect((await ask(sick.address, 'flow')).error).toMatchObject({
      code: 'ANSWER_FAILED',
      message: "the dry run failed: MyExec: ValueError('boom')",
    })
    using client = new Client(`${scheme}://${sick.address}`)
    expect(await client.isReady()).toBe(false)
    await using plain = startWebServer({ get: { '/dry_run': () => new Response('', { status: 404 }) } })
    using other = new Client(`${scheme}://${plain.address}`)
    expect(await other.isReady()).toBe(true)
  })
})
