/** What every gRPC front must do, whatever carries it: run against each implementation of StartGrpcFront. */
import { afterEach, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { Metadata } from '@grpc/grpc-js'
import { XserveError } from '../../lib/errors.ts'
import type { GrpcCall, GrpcFront, GrpcMethod, GrpcSink, StartGrpcFront } from '../../lib/servers/grpc/method.ts'
import { collect, createRawClient, type RawClient } from '../servers/grpc/raw-client.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const text = (message: Uint8Array): string => Buffer.from(message).toString()

function metadata(entries: Record<string, string | Buffer> = {}): Metadata {
  const made = new Metadata()
  for (const [key, value] of Object.entries(entries)) made.set(key, value)
  return made
}

const unary = (handle: (request: Uint8Array, call: GrpcCall) => Promise<Uint8Array> | Uint8Array): GrpcMethod => ({
  kind: 'unary',
  handle,
})

/** Sends back what comes, ends when the caller ends. */
const echoStream: GrpcMethod = {
  kind: 'stream',
  open: (sink) => ({ message: (message) => void sink.write(message), end: () => sink.end() }),
}

export function grpcFrontContract(name: string, start: StartGrpcFront): void {
  describe(name, () => {
    const opened: { close(graceMs: number): unknown }[] = []
    afterEach(async () => {
      for (const item of opened.splice(0).reverse()) await item.close(0)
    })

    async function serve(
      methods: Record<string, GrpcMethod>,
      options: { maxMessageBytes?: number; onInternalError?: (error: unknown) => void } = {},
    ): Promise<{ front: GrpcFront; client: RawClient; connect(settings?: Record<string, number>): RawClient }> {
      const front = await start(new Map(Object.entries(methods)), {
        host: '127.0.0.1',
        port: 0,
        maxMessageBytes: -1,
        ...options,
      })
      opened.push(front)
      const open = (settings: Record<string, number> = {}): RawClient => {
        const client = createRawClient(front.port, settings)
        opened.push(client)
        return client
      }
      return { front, client: open(), connect: open }
    }

    const failure = (promise: Promise<unknown>): Promise<{ code: number; details: string }> =>
      promise.then(
        () => ({ code: 0, details: '' }),
        (error: { code: number; details: string }) => error,
      )

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
      expect(Math.abs(told[3] - deadline)).toBeLessThan(100)
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

    test('tells of a caller that cancels and of a deadline that passes, and only then', async () => {
      const gone: string[] = []
      const told: (() => void)[] = []
      const { client } = await serve({
        '/t.T/Wait': unary(
          (request, call) =>
            new Promise(() => {
              call.onCancel(() => {
                gone.push(`${text(request)} ${call.cancelled}`)
                for (const next of told.splice(0)) next()
              })
              for (const next of told.splice(0)) next()
            }),
        ),
        '/t.T/Done': unary((request, call) => {
          call.onCancel(() => gone.push('done'))
          return request
        }),
      })
      const event = () => new Promise<void>((resolve) => told.push(resolve))
      const arrived = event()
      const call = client.unary('/t.T/Wait', bytes('cancel'), metadata())
      const ended = failure(call.answer)
      await arrived
      const heard = event()
      call.cancel()
      expect((await ended).code).toBe(1)
      await heard
      const late = await failure(
        client.unary('/t.T/Wait', bytes('late'), metadata(), { deadline: Date.now() + 150 }).answer,
      )
      expect(late.code).toBe(4)
      if (gone.length < 2) await event()
      await client.unary('/t.T/Done', bytes('x'), metadata()).answer
      await client.unary('/t.T/Done', bytes('x'), metadata()).answer
      expect(gone).toEqual(['cancel true', 'late true'])
    })

    test('survives callers that vanish in the middle of a stream', async () => {
      let cancelled: (() => void) | undefined
      const heard = new Promise<void>((resolve) => {
        cancelled = resolve
      })
      const {
        client,
        front,
        connect: open,
      } = await serve({
        '/t.T/Flood': {
          kind: 'stream',
          open(sink, call) {
            call.onCancel(() => cancelled?.())
            return {
              message(message) {
                for (let i = 0; i < 100; i++) sink.write(message)
              },
              // Bun tells of an end when the caller resets: a method that answers it must do no harm, either.
              end: () => (call.metadata('ends') ? sink.end() : undefined),
            }
          },
        },
        '/t.T/Echo': unary((request) => request),
      })
      for (const ends of [{ ends: 'yes' }, {}]) {
        const other = open()
        const stream = other.stream('/t.T/Flood', metadata(ends))
        stream.on('error', () => {})
        const first = new Promise((resolve) => stream.once('data', resolve))
        stream.write(Buffer.alloc(10_000))
        await first
        stream.cancel()
        other.close()
      }
      await heard
      // Not even HTTP/2: a connection that says nonsense and goes.
      await new Promise<void>((resolve) => {
        const socket = connect(front.port, '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\n\r\n'))
        socket.on('close', () => resolve()).on('error', () => {})
        socket.resume()
      })
      expect(text((await client.unary('/t.T/Echo', bytes('alive'), metadata()).answer).bytes)).toBe('alive')
    })

    test('tells a writer that the caller reads slowly, and when to go on', async () => {
      const total = 400
      let written = 0
      let held: (() => void) | undefined
      const full = new Promise<void>((resolve) => {
        held = resolve
      })
      const chunk = Buffer.alloc(64 * 1024)
      const pump = (sink: GrpcSink): void => {
        while (written < total) {
          written++
          if (!sink.write(chunk)) {
            held?.()
            return
          }
        }
        sink.end()
      }
      const { client } = await serve({
        '/t.T/Pour': {
          kind: 'stream',
          open(sink) {
            sink.onDrain = () => pump(sink)
            return { message: () => pump(sink), end() {} }
          },
        },
        '/t.T/Echo': unary((request) => request),
      })
      const stream = client.stream('/t.T/Pour', metadata())
      stream.write(bytes('go'))
      await full
      // Round trips on the same connection: time for more, were nothing holding the writer.
      for (let i = 0; i < 20; i++) await client.unary('/t.T/Echo', bytes('x'), metadata()).answer
      expect(written).toBeLessThan(total / 2)
      stream.end()
      const got = await collect(stream)
      expect([got.code, got.messages.length, written]).toEqual([0, total, total])
    })

    test('a paused stream brings no more until it is resumed', async () => {
      const seen: string[] = []
      let resume: (() => void) | undefined
      const { client } = await serve({
        '/t.T/Step': {
          kind: 'stream',
          open(sink, _call, pauser) {
            resume = () => pauser.resume()
            return {
              message(message) {
                seen.push(text(message))
                pauser.pause()
                sink.write(message)
              },
              end: () => sink.end(),
            }
          },
        },
      })
      const stream = client.stream('/t.T/Step', metadata())
      for (const item of ['a', 'b', 'c']) stream.write(bytes(item))
      stream.end()
      const counts: number[] = []
      stream.on('data', () => {
        counts.push(seen.length)
        resume?.()
      })
      expect((await collect(stream)).code).toBe(0)
      expect(counts).toEqual([1, 2, 3])
    })

    test('a taken port is PORT_IN_USE with the port and what to do', async () => {
      const { front } = await serve({ '/t.T/Echo': unary((request) => request) })
      const again = start(new Map(), { host: '127.0.0.1', port: front.port, maxMessageBytes: -1 })
      const error = await again.then(
        () => undefined,
        (reason: unknown) => reason as XserveError,
      )
      expect(error?.code).toBe('PORT_IN_USE')
      expect(error?.message).toContain(String(front.port))
      expect(error?.details.hint).toContain('--port 0')
    })

    test('drain: running calls finish, idle streams and new calls are turned away', async () => {
      let release: (() => void) | undefined
      let arrived: (() => void) | undefined
      const started = new Promise<void>((resolve) => {
        arrived = resolve
      })
      const {
        front,
        client,
        connect: open,
      } = await serve({
        '/t.T/Wait': unary(
          (request) =>
            new Promise((resolve) => {
              release = () => resolve(request)
              arrived?.()
            }),
        ),
        '/t.T/Stream': echoStream,
        '/t.T/Echo': unary((request) => request),
      })
      const idle = client.stream('/t.T/Stream', metadata())
      const idleEnd = collect(idle)
      const first = new Promise((resolve) => idle.once('data', resolve))
      idle.write(bytes('x'))
      await first
      const running = client.unary('/t.T/Wait', bytes('slow'), metadata()).answer
      await started
      const closed = front.close(10_000)
      expect(await idleEnd).toMatchObject({ code: 14 })
      expect((await failure(open().unary('/t.T/Echo', bytes('x'), metadata()).answer)).code).toBe(14)
      release?.()
      expect(text((await running).bytes)).toBe('slow')
      await closed
    })

    test('after the grace what still runs ends with UNAVAILABLE, and is told', async () => {
      let cancelled = 0
      let arrived: (() => void) | undefined
      const started = new Promise<void>((resolve) => {
        arrived = resolve
      })
      const stuck = (call: GrpcCall): void => call.onCancel(() => cancelled++)
      const { front, client } = await serve({
        '/t.T/Stuck': unary((_request, call) => {
          stuck(call)
          return new Promise(() => {})
        }),
        '/t.T/Stream': {
          kind: 'stream',
          open(_sink, call) {
            stuck(call)
            return { message: () => arrived?.(), end() {} }
          },
        },
      })
      const unaryEnd = failure(client.unary('/t.T/Stuck', bytes(''), metadata()).answer)
      const stream = client.stream('/t.T/Stream', metadata())
      const streamEnd = collect(stream)
      stream.write(bytes('x'))
      await started
      await front.close(50)
      expect((await unaryEnd).code).toBe(14)
      expect((await streamEnd).code).toBe(14)
      expect(cancelled).toBe(2)
    })
  })
}
