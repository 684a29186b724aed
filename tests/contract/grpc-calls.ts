/** What a gRPC front makes of calls: messages, metadata, errors, limits. */
import { expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import { collect } from '../servers/grpc/raw-client.ts'
import { type Bench, bytes, echoStream, failure, metadata, text, unary } from './grpc-bench.ts'

export function testCalls({ serve }: Bench): void {
  test('answers a unary call, at once or later, with trailers', async () => {
    const { client } = await serve({
      '/t.T/Now': unary((request) => request),
      '/t.T/Later': unary(async (request, call) => {
        call.setTrailer('is-error', 'true')
        await Promise.resolve()
        return request
      }),
    })
    const now = await client.unary('/t.T/Now', bytes('a'), metadata()).answer
    expect([text(now.bytes), now.trailers]).toEqual(['a', {}])
    const later = await client.unary('/t.T/Later', bytes('b'), metadata()).answer
    expect([text(later.bytes), later.trailers]).toEqual(['b', { 'is-error': 'true' }])
  })

  test('carries messages of no bytes both ways', async () => {
    const { client } = await serve({ '/t.T/Echo': unary((request) => request), '/t.T/Stream': echoStream })
    expect((await client.unary('/t.T/Echo', new Uint8Array(0), metadata()).answer).bytes).toHaveLength(0)
    const stream = client.stream('/t.T/Stream', metadata())
    stream.write(new Uint8Array(0))
    stream.write(bytes('x'))
    stream.end()
    expect((await collect(stream)).messages.map(text)).toEqual(['', 'x'])
  })

  test('tells metadata, peer and deadline', async () => {
    const { client } = await serve({
      '/t.T/Tell': unary((_request, call) =>
        bytes(
          JSON.stringify([
            call.metadata('a'),
            call.metadata('b-bin'),
            call.metadata('c') ?? null,
            call.deadline,
            call.peer,
          ]),
        ),
      ),
    })
    const sent = metadata({ a: 'one', 'b-bin': Buffer.from([1, 255]) })
    const deadline = Date.now() + 5000
    const told = JSON.parse(text((await client.unary('/t.T/Tell', bytes(''), sent, { deadline }).answer).bytes))
    expect(told.slice(0, 3)).toEqual(['one', 'Af8=', null])
    expect(Math.abs(told[3] - deadline)).toBeLessThan(1000)
    expect(told[4]).toMatch(/^127\.0\.0\.1:\d+$/)
    const without = JSON.parse(text((await client.unary('/t.T/Tell', bytes(''), metadata()).answer).bytes))
    expect(without[3]).toBe(0)
  })

  test('a method that is not there is UNIMPLEMENTED', async () => {
    const { client } = await serve({ '/t.T/Echo': unary((request) => request) })
    expect((await failure(client.unary('/t.T/Nope', bytes('x'), metadata()).answer)).code).toBe(12)
  })

  test('errors: ours with status and text, others masked and reported, thrown or rejected', async () => {
    const reported: unknown[] = []
    const secret = new Error('password 123')
    const { client } = await serve(
      {
        '/t.T/Ours': unary(() => {
          throw new XserveError('OVERLOADED', 'zu viel für 100 %\nüber 9000')
        }),
        '/t.T/Other': unary(() => Promise.reject(secret)),
        '/t.T/Half': unary(() => Promise.reject(new XserveError('BAD_REQUEST', 'half \ud800 surrogate'))),
        '/t.T/Long': unary(() => Promise.reject(new XserveError('BAD_REQUEST', 'ü'.repeat(100_000)))),
      },
      { onInternalError: (error) => reported.push(error) },
    )
    const call = (path: string) => failure(client.unary(path, bytes(''), metadata()).answer)
    expect(await call('/t.T/Ours')).toMatchObject({ code: 8, details: 'zu viel für 100 %\nüber 9000' })
    const other = await call('/t.T/Other')
    expect(other.code).toBe(13)
    expect(other.details).not.toContain('password')
    expect(reported).toEqual([secret])
    expect(await call('/t.T/Half')).toMatchObject({ code: 3, details: 'half \ufffd surrogate' })
    const long = await call('/t.T/Long')
    expect(long.code).toBe(3)
    expect(long.details.length).toBeGreaterThan(500)
    expect(encodeURI(long.details).length).toBeLessThan(4200)
  })

  test('a stream that fails delivers what was written before', async () => {
    const { client } = await serve({
      '/t.T/Fail': {
        kind: 'stream',
        open: (sink) => ({
          message(message) {
            sink.write(message)
            if (text(message) === '2') sink.fail(new XserveError('BAD_REQUEST', 'no twos'))
          },
          end: () => sink.end(),
        }),
      },
      '/t.T/Throw': {
        kind: 'stream',
        open: () => ({
          message() {
            throw new XserveError('BAD_REQUEST', 'thrown')
          },
          end() {},
        }),
      },
      '/t.T/Refuse': {
        kind: 'stream',
        open() {
          throw new XserveError('BAD_REQUEST', 'refused')
        },
      },
    })
    const stream = client.stream('/t.T/Fail', metadata())
    for (const item of ['1', '2', '3']) stream.write(bytes(item))
    const got = await collect(stream)
    expect([got.messages.map(text), got.code, got.details]).toEqual([['1', '2'], 3, 'no twos'])
    for (const [path, details] of [
      ['/t.T/Throw', 'thrown'],
      ['/t.T/Refuse', 'refused'],
    ] as const) {
      const other = client.stream(path, metadata())
      other.write(bytes('x'))
      expect(await collect(other)).toMatchObject({ code: 3, details, messages: [] })
    }
  })

  test('keeps the order of 5000 messages of a stream', async () => {
    const { client } = await serve({ '/t.T/Stream': echoStream })
    const stream = client.stream('/t.T/Stream', metadata())
    const got = collect(stream)
    const sent = Array.from({ length: 5000 }, (_, i) => String(i))
    for (const item of sent) stream.write(bytes(item))
    stream.end()
    expect((await got).messages.map(text)).toEqual(sent)
  })

  test('carries 20 MB both ways', async () => {
    const { client } = await serve({ '/t.T/Echo': unary((request) => request) })
    const large = Buffer.alloc(20_000_000, 'abc')
    const answer = await client.unary('/t.T/Echo', large, metadata()).answer
    expect(Buffer.compare(answer.bytes, large)).toBe(0)
  })

  test('refuses messages over the limit with RESOURCE_EXHAUSTED and lives on', async () => {
    const { client } = await serve({ '/t.T/Echo': unary((request) => request) }, { maxMessageBytes: 1000 })
    expect((await failure(client.unary('/t.T/Echo', Buffer.alloc(1001), metadata()).answer)).code).toBe(8)
    expect((await client.unary('/t.T/Echo', Buffer.alloc(1000), metadata()).answer).bytes).toHaveLength(1000)
  })

  test('reads what the caller has compressed', async () => {
    const { connect: open } = await serve({ '/t.T/Echo': unary((request) => request) })
    for (const algorithm of [1, 2]) {
      const client = open({ 'grpc.default_compression_algorithm': algorithm })
      const answer = await client.unary('/t.T/Echo', bytes('z'.repeat(10_000)), metadata()).answer
      expect(text(answer.bytes)).toBe('z'.repeat(10_000))
    }
  })
}
