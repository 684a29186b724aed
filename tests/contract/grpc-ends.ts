/** What a gRPC front makes of callers that leave or are slow, and how it ends itself. */
import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import type { XserveError } from '../../lib/errors.ts'
import type { GrpcCall, GrpcSink } from '../../lib/servers/grpc/method.ts'
import { collect } from '../servers/grpc/raw-client.ts'
import { type Bench, bytes, echoStream, failure, metadata, text, unary } from './grpc-bench.ts'

export function testEnds({ serve, start }: Bench): void {
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
}
