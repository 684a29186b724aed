/** The client of streaming endpoints, and `xserve post --streaming`, against a real server over each protocol. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { AnswerFailed } from '../../lib/client/answer-failed.ts'
import { Client } from '../../lib/client/client.ts'
import { until } from '../helpers/until.ts'
import { fixture, type Server, startServer, xserve } from '../helpers/xserve.ts'
import { startWebServer } from './web-server.ts'

type Protocol = 'grpc' | 'http' | 'websocket'

let server: Server
const clients = new Map<Protocol, Client>()
const addressOf = (protocol: Protocol): string =>
  ({ grpc: server.address, http: server.http, websocket: server.websocket })[protocol]

beforeAll(async () => {
  const ports = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0']
  server = await startServer('run', [fixture('streaming.ts'), ...ports])
  for (const protocol of ['grpc', 'http', 'websocket'] as const) clients.set(protocol, new Client(addressOf(protocol)))
})
afterAll(async () => {
  for (const client of clients.values()) client.close()
  await server?.stop()
})

async function textsOf(stream: AsyncIterable<{ text?: string | undefined }>): Promise<(string | undefined)[]> {
  const texts = []
  for await (const { text } of stream) texts.push(text)
  return texts
}

/** How many documents the endless generator has made by now; asked on gRPC, whoever reads them. */
async function made(): Promise<number> {
  for await (const { parameters } of clients.get('grpc')!.stream('/made')) {
    return (parameters.__results__ as Record<string, { made: number }>)['executor0/rep-0']!.made
  }
  throw new Error('not answered')
}

/** What it has made when it has stopped for lack of a reader. */
async function settled(): Promise<number> {
  let before = -1
  for (let still = 0; still < 20; ) {
    const now = await made()
    still = now === before ? still + 1 : 0
    before = now
  }
  return before
}

describe.each(['grpc', 'http', 'websocket'] as const)('over %s', (protocol) => {
  const streamDoc: Client['streamDoc'] = (...given) => clients.get(protocol)!.streamDoc(...given)

  test('documents come one by one, in order, with parameters', async () => {
    expect(await textsOf(streamDoc('/count', 'a', { parameters: { to: 5000 } }))).toEqual(
      Array.from({ length: 5000 }, (_, i) => `a ${i}`),
    )
    expect(await textsOf(streamDoc('/nothing'))).toEqual([])
    expect(await textsOf(streamDoc('/count', 'a', { targetExecutor: 'nobody' }))).toEqual(['a'])
  })

  test('an error in the middle is thrown behind what came before', async () => {
    const seen: unknown[] = []
    const error = await (async () => {
      for await (const { text } of streamDoc('/breaks', { text: 'a' })) seen.push(text)
    })().catch((thrown) => thrown)
    expect(seen).toEqual(['first'])
    expect(error).toBeInstanceOf(AnswerFailed)
    expect(error.message).toContain('RangeError: broke in the middle')
    expect(error.details.where).toMatch(/streaming\.ts:\d+:\d+/)
  })

  // Public case 101.
  test('leaving the loop, a signal and a deadline end the generator', async () => {
    const left = () => server.stderr().split('waits left').length - 1
    const leaves = (count: number) => until(() => left() >= count)
    const before = left()
    // The first document is here although the second never comes.
    for await (const { text } of streamDoc('/waits', 'a')) {
      expect(text).toBe('a')
      break
    }
    await leaves(before + 1)
    const controller = new AbortController()
    const stream = streamDoc('/waits', 'a', { signal: controller.signal })
    await stream.next()
    controller.abort()
    await expect(stream.next()).rejects.toMatchObject({ code: 'CANCELLED' })
    await leaves(before + 2)
    await expect(textsOf(streamDoc('/waits', 'a', { timeoutMs: 300 }))).rejects.toMatchObject({ code: 'DEADLINE' })
    await leaves(before + 3)
    await expect(textsOf(streamDoc('', 'a'))).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
  })

  test('a reader that waits holds the generator back', async () => {
    // On a connection of its own: the http2 of Bun 1.4.5 holds back the streams beside one whose reader waits.
    using slow = new Client(addressOf(protocol))
    const stream = slow.streamDoc('/endless', 'x')
    await stream.next()
    // What the system's buffers take at most, here and there, is a few megabytes.
    const idle = await settled()
    expect(idle).toBeLessThan(20_000)
    for (let i = 0; i < idle + 1000; i++) await stream.next()
    const later = await settled()
    expect(later).toBeGreaterThan(idle + 1000)
    expect(later - idle).toBeLessThan(idle + 21_000)
    await stream.return()
    await server.seen(/endless left after \d+/)
  }, 30_000)

  test('an endpoint that does not stream is told', async () => {
    const error = await textsOf(streamDoc('/plain', 'a')).catch((thrown) => thrown)
    if (protocol === 'http')
      expect([error.code, error.message]).toEqual(['UNKNOWN_METHOD', expect.stringContaining('/plain')])
    else expect(error.message).toContain('endpoint must be generator')
  })

  test('a worker that dies breaks the stream off', async () => {
    const ports = protocol === 'grpc' ? [] : ['--protocol', protocol]
    await using own = await startServer('run', [fixture('streaming.ts'), ...ports])
    using client = new Client({ grpc: own.address, http: own.http, websocket: own.websocket }[protocol])
    const seen: unknown[] = []
    const error = await (async () => {
      for await (const { text } of client.streamDoc('/dies', 'a')) seen.push(text)
    })().catch((thrown) => thrown)
    expect([seen, error.code]).toEqual([['a'], protocol === 'http' ? 'WORKER_DIED' : 'UNAVAILABLE'])
    expect(error.message).toContain('exit code 3')
  })

  test('nobody there is told as on any call', async () => {
    using other = new Client(addressOf(protocol).replace(/:\d+$/, ':9'))
    await expect(textsOf(other.streamDoc('/count', 'a'))).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })

  test('post --streaming prints each document; an error is told and the exit code is 1', async () => {
    const args = ['post', addressOf(protocol), '--streaming']
    const fine = await xserve([...args, '--on', '/count', '--text', 'a', '--text', 'b'])
    expect([fine.code, fine.stderr]).toEqual([0, ''])
    const lines = fine.stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).text)).toEqual(['a 0', 'a 1', 'a 2', 'b 0', 'b 1', 'b 2'])
    const broken = await xserve([...args, '--on', '/breaks', '--text', 'a'])
    expect(broken.code).toBe(1)
    expect(JSON.parse(broken.stdout).text).toBe('first')
    expect(broken.stderr).toContain('broke in the middle')
  })

  test('a plain post of the same client is answered, too', async () => {
    const docs = await clients.get(protocol)!.post('/plain', ['a', 'b'])
    expect(docs.texts).toEqual(['a plain', 'b plain'])
  })
})

test.each([
  ['DEADLINE', 'DEADLINE'],
  ['A_CODE_OF_TOMORROW', 'UNAVAILABLE'],
  ['constructor', 'UNAVAILABLE'],
])('a stream over HTTP that breaks with the code %p is %s', async (told, code) => {
  const broken = () =>
    new Response(`event: error\ndata: ${JSON.stringify({ detail: 'it broke', code: told })}\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    })
  await using server = startWebServer({ get: { '/breaks': broken } })
  using client = new Client(`http://${server.address}`)
  expect(textsOf(client.streamDoc('/breaks'))).rejects.toMatchObject({ code, message: `${server.address}: it broke` })
})
