import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGrpcChannel, type GrpcChannel } from '../../lib/channel/grpc.ts'
import type { XserveError } from '../../lib/errors.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { freePort, startGrpcServer } from '../client/grpc-server.ts'
import { until } from '../helpers/until.ts'

const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
const CALL = '/jina.JinaRPC/Call'
const request = (id: string, size = 0) =>
  Envelope.create({ requestId: id, endpoint: '/', data: new Uint8Array(size) }).encode()
const never = () => new Promise<never>(() => {})

function open(address: string, options: Parameters<typeof createGrpcChannel>[1] = {}): GrpcChannel & Disposable {
  const channel = createGrpcChannel(address, options)
  return { ...channel, [Symbol.dispose]: () => channel.close() }
}

/** A stream whose messages and end are told. */
function collect(channel: GrpcChannel, options: Parameters<GrpcChannel['duplex']>[2] = {}) {
  const messages: Uint8Array[] = []
  const ended = Promise.withResolvers<XserveError | null>()
  const stream = channel.duplex(CALL, { message: (bytes) => void messages.push(bytes), end: ended.resolve }, options)
  return { stream, messages, ended: ended.promise }
}

describe('unary()', () => {
  test('passes bytes, more than 4 MiB of them too, metadata of channel and call', async () => {
    await using server = await startGrpcServer()
    using channel = open(server.address, { metadata: { a: 'channel', b: 'channel' } })
    const bytes = request('r', 5 << 20)
    const reply = await channel.unary(SINGLE, bytes, { metadata: { b: 'call' } })
    expect(Buffer.compare(reply.bytes, bytes)).toBe(0)
    expect(server.metadata()).toMatchObject({ a: 'channel', b: 'call' })
  })

  test('a port that speaks something else is told as that', async () => {
    const web = createServer((_, answer) => answer.end('a web page'))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const address = `127.0.0.1:${(web.address() as AddressInfo).port}`
    const why = async (options: Parameters<typeof createGrpcChannel>[1]) => {
      using channel = open(address, options)
      return await channel.unary(SINGLE, request('r')).then(
        () => '',
        (error) => error.message,
      )
    }
    expect(await why({})).toContain('what is there does not speak gRPC')
    expect(await why({ tls: true })).toContain('it does not speak TLS')
    web.closeAllConnections()
    web.close()
  })

  test('a status of the server keeps its words and becomes a code', async () => {
    let code = 0
    await using server = await startGrpcServer({
      answer: () => {
        throw { code, details: 'its words' }
      },
    })
    using channel = open(server.address)
    const codes = {
      3: 'BAD_REQUEST',
      5: 'UNKNOWN_SERVICE',
      8: 'OVERLOADED',
      12: 'UNKNOWN_METHOD',
      14: 'UNAVAILABLE',
      2: 'ANSWER_FAILED',
    }
    for (const [number, expected] of Object.entries(codes)) {
      code = Number(number)
      await expect(channel.unary(SINGLE, request('r'))).rejects.toMatchObject({
        code: expected,
        message: expect.stringContaining('its words'),
        details: { where: server.address },
      })
    }
  })

  test('nobody at the address is told at once, with the address', async () => {
    const address = `127.0.0.1:${freePort()}`
    using channel = open(address)
    const started = performance.now()
    const error = await channel.unary(SINGLE, request('r'), { deadlineMs: 20_000 }).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      exitCode: 3,
      message: `nobody answers at ${address}: the connection is refused`,
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('a server that speaks HTTP but no gRPC is unreachable, too', async () => {
    const http = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await new Promise((resolve) => http.once('listening', resolve))
    using channel = open(`127.0.0.1:${(http.address() as AddressInfo).port}`, { connectTimeoutMs: 1000 })
    await expect(channel.unary(SINGLE, request('r'))).rejects.toMatchObject({ code: 'UNREACHABLE' })
    http.closeAllConnections()
    http.close()
  })

  test('a host that accepts and says nothing counts as unreachable after connectTimeoutMs', async () => {
    const silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    using channel = open(`127.0.0.1:${silent.port}`, { connectTimeoutMs: 200 })
    await expect(channel.unary(SINGLE, request('r'))).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('no connection within 200 ms'),
    })
    silent.stop(true)
  })

  test('deadline and signal end a call', async () => {
    await using server = await startGrpcServer({ answer: never })
    using channel = open(server.address)
    // The first call waits for the connection as well; the second one is about the answer alone.
    await channel.unary(SINGLE, request('r'), { deadlineMs: 300 }).catch(() => {})
    await expect(channel.unary(SINGLE, request('r'), { deadlineMs: 50 })).rejects.toMatchObject({
      code: 'DEADLINE',
      message: `${server.address} did not answer within 50 ms`,
    })
    const controller = new AbortController()
    const call = channel.unary(SINGLE, request('r'), { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(channel.unary(SINGLE, request('r'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
  })

  test('a connection that breaks during the call is told apart from one that never was', async () => {
    const dies = () => {
      server.kill()
      return never()
    }
    await using server = await startGrpcServer({ answer: dies })
    using channel = open(server.address)
    await expect(channel.unary(SINGLE, request('r'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('a server that comes back is reached again within moments', async () => {
    const first = await startGrpcServer()
    using channel = open(first.address)
    await channel.unary(SINGLE, request('r'))
    first.kill()
    await channel.unary(SINGLE, request('r'), { deadlineMs: 1000 }).catch(() => {})
    await using second = await startGrpcServer({}, first.port)
    const reached = () =>
      channel.unary(SINGLE, request('r'), { deadlineMs: 500 }).then(
        () => true,
        () => false,
      )
    await until(reached, 3000)
    expect(second.seen.single).toBe(1)
  })

  test('metadata that cannot be sent is refused with its name', () => {
    expect(() => createGrpcChannel('127.0.0.1:1', { metadata: { 'a b': 'x' } })).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: 'metadata "a b" cannot be sent' }),
    )
  })
})

describe('duplex()', () => {
  test('sends and receives until both have ended', async () => {
    await using server = await startGrpcServer()
    using channel = open(server.address)
    const { stream, messages, ended } = collect(channel)
    for (let i = 0; i < 100; i++) if (!stream.write(request(`${i}`))) await stream.drained()
    stream.end()
    expect(await ended).toBeNull()
    expect(messages.map((bytes) => Envelope.parse(bytes).requestId)).toEqual(
      Array.from({ length: 100 }, (_, i) => `${i}`),
    )
    expect(stream.write(request('late'))).toBe(true)
  })

  test('a server that does not read stops the writer', async () => {
    await using server = await startGrpcServer({ opened: (call) => queueMicrotask(() => call.pause()) })
    using channel = open(server.address)
    const { stream, ended } = collect(channel)
    let taken = 0
    while (taken < 500 && stream.write(request(`${taken}`, 1 << 20))) taken++
    expect(taken).toBeLessThan(100)
    stream.cancel()
    await stream.drained()
    expect(await ended).toMatchObject({ code: 'CANCELLED' })
  })

  test('cancelling and a failing server end it with the reason', async () => {
    await using server = await startGrpcServer()
    using channel = open(server.address)
    const { stream, ended } = collect(channel)
    stream.write(request('r'))
    stream.cancel()
    expect(await ended).toMatchObject({ code: 'CANCELLED' })
    await using failing = await startGrpcServer({
      answer: (envelope) => {
        if (envelope.requestId === 'bad') throw { code: 3, details: 'no' }
        return envelope.encode()
      },
    })
    using other = open(failing.address)
    const second = collect(other)
    second.stream.write(request('good'))
    second.stream.write(request('bad'))
    expect(await second.ended).toMatchObject({ code: 'BAD_REQUEST' })
  })
})
