/** How an HTTP front answers, in one piece and in many, to callers that leave, and until it is closed. */
import { describe, expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import type { HttpRequest } from '../../lib/servers/http/exchange.ts'
import { openRawSocket, readAnswer } from '../servers/http/raw-socket.ts'
import { type Bench, get, ok, post, tell } from './http-bench.ts'

export function testAnswers({ serve, open, dial, start }: Bench): void {
  describe('answers', () => {
    test('in the order of pipelined requests, which run side by side if they change nothing', async () => {
      const waiting: (() => void)[] = []
      const { socket } = await dial(async (request) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 3) for (const go of waiting.reverse()) go()
        })
        return ok(request.path)
      })
      socket.write(get('/1') + get('/2') + get('/3'))
      for (const path of ['/1', '/2', '/3']) expect((await readAnswer(socket)).body).toBe(path)
    })

    test('a request that changes something waits for those before it', async () => {
      let running = 0
      let most = 0
      const { socket } = await dial(async (request) => {
        most = Math.max(most, ++running)
        await request.body()
        await new Promise((resolve) => setImmediate(resolve))
        running--
        return ok(request.path)
      })
      socket.write(Array.from({ length: 100 }, (_, i) => post(`/${i}`, 'x')).join(''))
      for (let i = 0; i < 100; i++) expect((await readAnswer(socket)).body).toBe(`/${i}`)
      expect(most).toBe(1)
    })

    test('HEAD has the head alone, 204 and 304 no length', async () => {
      const { socket } = await dial((request) =>
        request.path === '/' ? ok('four') : { status: Number(request.path.slice(1)), headers: {}, body: null },
      )
      socket.write(`HEAD / HTTP/1.1\r\nhost: x\r\n\r\n${get('/204')}${get('/304')}${get('/')}`)
      expect(await socket.until('\r\n\r\n')).toContain('content-length: 4\r\n')
      expect(await socket.until('\r\n\r\n')).not.toContain('content-length')
      expect(await socket.until('\r\n\r\n')).toStartWith('HTTP/1.1 304 ')
      expect((await readAnswer(socket)).body).toBe('four')
    })

    test('HTTP/1.0 and connection: close', async () => {
      const front = await serve(tell)
      const plain = await open(front)
      plain.write('GET /a HTTP/1.0\r\n\r\n')
      expect(await plain.rest()).toMatch(/connection: close\r\n[\s\S]*GET \/a\? 1\.0 $/)
      const kept = await open(front)
      kept.write('GET /a HTTP/1.0\r\nconnection: Keep-Alive\r\n\r\n')
      expect((await readAnswer(kept)).head).toContain('connection: keep-alive')
      kept.write(`GET /b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n${get('/c')}`)
      const last = await kept.rest()
      expect(last).toEndWith('GET /b? 1.1 ')
      expect(last).toContain('connection: close')
    })

    test('errors: known ones with their status, others masked and reported', async () => {
      const reported: unknown[] = []
      const { socket } = await dial(
        (request) => {
          if (request.path === '/known') throw new XserveError('OVERLOADED', 'too much')
          if (request.path === '/header') return ok('x', { 'x-a': 'b\r\nc: d' })
          if (request.path === '/status') return { status: 99, headers: {}, body: null }
          return Promise.reject(new Error('secret'))
        },
        { onInternalError: (error) => reported.push(error) },
      )
      socket.write(get('/known') + get('/x') + get('/header') + get('/status'))
      const known = await readAnswer(socket)
      expect(known.head).toStartWith('HTTP/1.1 429 ')
      expect(JSON.parse(known.body)).toEqual({ detail: 'too much' })
      for (let i = 0; i < 3; i++) {
        const { head, body } = await readAnswer(socket)
        expect(head).toStartWith('HTTP/1.1 500 ')
        expect(body).not.toContain('secret')
      }
      expect(reported).toHaveLength(3)
    })

    test('large ones, to a slow reader, whole', async () => {
      const body = Buffer.alloc(30_000_000, 'abcdefgh')
      const { socket } = await dial(() => ok(body))
      socket.pause()
      socket.write(get('/') + get('/'))
      await new Promise((resolve) => setImmediate(resolve))
      socket.resume()
      for (let i = 0; i < 2; i++) {
        await socket.until('\r\n\r\n')
        expect((await socket.bytes(body.length)).equals(body)).toBe(true)
      }
    })
  })

  describe('streams', () => {
    test('each piece leaves at once, in chunks', async () => {
      let go: () => void = () => {}
      const { socket } = await dial(() =>
        ok(
          (async function* () {
            yield 'first'
            await new Promise<void>((resolve) => {
              go = resolve
            })
            yield ''
            yield Buffer.from('second')
          })(),
        ),
      )
      socket.write(get('/') + get('/'))
      expect(await socket.until('first\r\n')).toEndWith('transfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n')
      go()
      expect(await socket.until('0\r\n\r\n')).toBe('6\r\nsecond\r\n0\r\n\r\n')
      expect(await socket.until('first\r\n')).toStartWith('HTTP/1.1 200')
    })

    test('HTTP/1.0: until the end', async () => {
      const { socket } = await dial(() =>
        ok(
          (async function* () {
            yield 'a'
            yield 'b'
          })(),
        ),
      )
      socket.write('GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n')
      expect(await socket.rest()).toMatch(/connection: close\r\n\r\nab$/)
    })

    test('an error in the middle cuts the answer', async () => {
      const reported: unknown[] = []
      const { socket } = await dial(
        () =>
          ok(
            (async function* () {
              yield 'a'
              throw new Error('broken')
            })(),
          ),
        { onInternalError: (error) => reported.push(error) },
      )
      socket.write(get('/'))
      expect(await socket.rest()).toEndWith('\r\n\r\n1\r\na\r\n')
      expect(reported).toHaveLength(1)
    })

    test('a slow reader holds the source back; one that leaves ends it', async () => {
      let made = 0
      const ended = Promise.withResolvers<void>()
      const { socket } = await dial(() =>
        ok(
          (async function* () {
            try {
              for (; made < 10_000; made++) yield Buffer.alloc(100_000)
            } finally {
              ended.resolve()
            }
          })(),
        ),
      )
      socket.pause()
      socket.write(get('/'))
      // Until two looks in a row find the same.
      for (let before = -1; before !== made || made === 0; ) {
        before = made
        await Bun.sleep(30)
      }
      expect(made).toBeLessThan(1000)
      socket.close()
      await ended.promise
    })
  })

  describe('a caller that leaves', () => {
    test('is told to the handler, also while the body is awaited', async () => {
      const seen = Promise.withResolvers<HttpRequest>()
      const code = Promise.withResolvers<unknown>()
      const { socket } = await dial(async (request) => {
        request.onCancel(() => seen.resolve(request))
        await Promise.resolve(request.body()).catch((error: unknown) => code.resolve((error as XserveError).code))
        return ok('')
      })
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\na')
      await new Promise((resolve) => setImmediate(resolve))
      socket.close()
      const request = await seen.promise
      expect(request.cancelled).toBe(true)
      expect(await code.promise).toBe('CANCELLED')
      let late = false
      request.onCancel(() => {
        late = true
      })
      expect(late).toBe(true)
    })
  })

  describe('closing', () => {
    test('idle connections end at once, running requests are answered', async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const began = Promise.withResolvers<void>()
      const { front, socket } = await dial(async () => {
        began.resolve()
        await promise
        return ok('done')
      })
      const idle = await open(front)
      socket.write(get('/'))
      await began.promise
      const closed = front.close(10_000)
      expect(await idle.rest()).toBe('')
      resolve()
      expect(await socket.rest()).toMatch(/connection: close[\s\S]*done$/)
      socket.close()
      await closed
      await expect(openRawSocket(front.port)).rejects.toThrow()
    })

    test('what outlasts the grace is cut', async () => {
      const cancelled = Promise.withResolvers<void>()
      const began = Promise.withResolvers<void>()
      const { front, socket } = await dial((request) => {
        request.onCancel(cancelled.resolve)
        began.resolve()
        return new Promise(() => {})
      })
      socket.write(get('/'))
      await began.promise
      await front.close(10)
      await cancelled.promise
      expect(await socket.rest()).toBe('')
    })

    test('a taken port is said so', async () => {
      const front = await serve(tell)
      const second = start({ http: tell }, { host: '127.0.0.1', port: front.port, maxMessageBytes: -1 })
      expect(await second.catch((error: XserveError) => error.code)).toBe('PORT_IN_USE')
    })
  })
}
