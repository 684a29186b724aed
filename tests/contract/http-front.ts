/** What every front of HTTP must do, whatever carries it: run against each implementation of StartHttpFront. */
import { afterEach, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { XserveError } from '../../lib/errors.ts'
import type {
  HttpFront,
  HttpFrontOptions,
  HttpHandler,
  HttpRequest,
  HttpResponse,
  StartHttpFront,
} from '../../lib/servers/http/exchange.ts'
import { openRawSocket, type RawSocket, readAnswer } from '../servers/http/raw-socket.ts'
import { BAD_CHUNKS, REFUSED } from '../servers/http/refused-requests.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const ok = (body: HttpResponse['body'], headers: Record<string, string> = {}): HttpResponse => ({
  status: 200,
  headers,
  body,
})

/** Tells what it was asked. */
const tell: HttpHandler = async (request) =>
  ok(`${request.method} ${request.path}?${request.query} ${request.version} ${text(await request.body())}`)

const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

/** `refused`: requests that the front does not take. */
export function httpFrontContract(name: string, start: StartHttpFront, refused = REFUSED): void {
  describe(name, () => {
    const opened: { close(graceMs: number): unknown }[] = []
    afterEach(async () => {
      for (const item of opened.splice(0).reverse()) await item.close(0)
    })

    async function serve(http: HttpHandler, options: Partial<HttpFrontOptions> = {}): Promise<HttpFront> {
      const front = await start({ http }, { host: '127.0.0.1', port: 0, maxMessageBytes: -1, ...options })
      opened.push(front)
      return front
    }
    async function open(front: HttpFront): Promise<RawSocket> {
      const socket = await openRawSocket(front.port)
      opened.push(socket)
      return socket
    }
    /** A front with one connection to it. */
    async function dial(http: HttpHandler, options: Partial<HttpFrontOptions> = {}) {
      const front = await serve(http, options)
      return { front, socket: await open(front) }
    }

    describe('requests', () => {
      test('a POST and a GET, both with a body, on one connection', async () => {
        const { socket } = await dial(tell)
        socket.write(post('/a%20b?c=%20d', 'héllo'))
        expect((await readAnswer(socket)).body).toBe('POST /a b?c=%20d 1.1 héllo')
        socket.write('GET /x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi')
        const answer = await readAnswer(socket)
        expect(answer.body).toBe('GET /x? 1.1 hi')
        expect(answer.head).toMatch(
          /^HTTP\/1\.1 200 OK\r\ndate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT\r\n/,
        )
      })

      test('cut anywhere', async () => {
        const { socket } = await dial(tell)
        const chunked =
          'PUT /c HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n2 \r\nde\r\n0\r\nt: u\r\n\r\n'
        const bytes = post('/p', 'body') + chunked + get('/g')
        for (const byte of bytes) {
          socket.write(byte)
          await new Promise((resolve) => setImmediate(resolve))
        }
        expect((await readAnswer(socket)).body).toBe('POST /p? 1.1 body')
        expect((await readAnswer(socket)).body).toBe('PUT /c? 1.1 abcde')
        expect((await readAnswer(socket)).body).toBe('GET /g? 1.1 ')
      })

      test('headers by lower-case name, several joined, and the address of the caller', async () => {
        const seen: (string | undefined)[] = []
        const { socket } = await dial((request) => {
          seen.push(request.header('x-a'), request.header('none'), request.header('x-b'))
          return ok(request.peer)
        })
        socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a:\t2  3 \r\nX-B:\r\n\r\n')
        expect((await readAnswer(socket)).body).toMatch(/^127\.0\.0\.1:\d+$/)
        expect(seen).toEqual(['1, 2  3', undefined, ''])
      })

      test('absolute targets, OPTIONS *, empty lines before', async () => {
        const { socket } = await dial(tell)
        socket.write('\r\n\r\nGET http://host:1/a?b HTTP/1.1\r\nhost: x\r\n\r\n')
        expect((await readAnswer(socket)).body).toBe('GET /a?b 1.1 ')
        socket.write('GET http://host HTTP/1.1\r\nhost: x\r\n\r\n')
        expect((await readAnswer(socket)).body).toBe('GET /? 1.1 ')
        socket.write('OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n')
        expect((await readAnswer(socket)).body).toBe('OPTIONS /? 1.1 ')
      })

      test.each(refused)('refused: %s', async (_name, status, request) => {
        const { socket } = await dial(tell)
        socket.write(request)
        const answer = await socket.rest()
        expect(answer).toStartWith(`HTTP/1.1 ${status} `)
        expect(answer).toContain('\r\nconnection: close\r\n')
        expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual({ detail: expect.any(String) })
      })

      test.each(BAD_CHUNKS)('refused: chunks %j', async (chunks) => {
        const { socket } = await dial(tell)
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`)
        expect(await socket.rest()).toMatch(/^HTTP\/1\.1 400 [\s\S]*connection: close[\s\S]*chunks/)
      })

      test('the hello of TLS is answered by what tells that there is none', async () => {
        const { socket } = await dial(tell)
        socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))
        expect(await socket.rest()).toMatch(/^HTTP\/1\.1 400 [\s\S]*connection: close[\s\S]*not TLS/)
      })
    })

    describe('bodies', () => {
      test('compressed', async () => {
        const { socket } = await dial(tell)
        const packed = gzipSync('a'.repeat(1000))
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`)
        socket.write(packed)
        expect((await readAnswer(socket)).body).toBe(`POST /? 1.1 ${'a'.repeat(1000)}`)
        socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc')
        expect((await readAnswer(socket)).head).toStartWith('HTTP/1.1 400 ')
      })

      test('too large: as announced, in chunks, and when inflated', async () => {
        const front = await serve(tell, { maxMessageBytes: 1000 })
        const packed = gzipSync('a'.repeat(1001))
        const requests = [
          `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n`,
          `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n${'a'.repeat(1001)}`,
          Buffer.concat([
            Buffer.from(`POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-encoding: gzip\r\n`),
            Buffer.from(`content-length: ${packed.length}\r\n\r\n`),
            packed,
          ]),
        ]
        for (const request of requests) {
          const socket = await open(front)
          socket.write(request)
          expect(await socket.rest()).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*larger than 1000 bytes/)
        }
        const socket = await open(front)
        socket.write(post('/', 'a'.repeat(1000)))
        expect((await readAnswer(socket)).head).toStartWith('HTTP/1.1 200 ')
      })

      test('asked for twice is the same; asked for never does not disturb what follows', async () => {
        const { socket } = await dial(async (request) => {
          if (request.path === '/never') return ok('never')
          const first = await request.body()
          return ok(String(first === (await request.body())))
        })
        socket.write(post('/twice', 'abc') + post('/never', 'GET / HTTP/1.1\r\n\r\n') + post('/twice', 'abc'))
        for (const body of ['true', 'never', 'true']) expect((await readAnswer(socket)).body).toBe(body)
      })

      test('wanted late waits in the socket, not in memory', async () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        const { socket } = await dial(async (request) => {
          await promise
          return ok(String((await request.body()).length))
        })
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n`)
        socket.write(Buffer.alloc(20_000_000))
        await new Promise((done) => setImmediate(done))
        resolve()
        expect((await readAnswer(socket)).body).toBe('20000000')
      })

      test('unwanted and long ends the connection, behind the answer', async () => {
        const { socket } = await dial(() => ({ status: 404, headers: {}, body: 'no' }))
        socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n`)
        socket.write(Buffer.alloc(2_000_000))
        expect(await socket.rest()).toMatch(/^HTTP\/1\.1 404 [\s\S]*connection: close[\s\S]*no$/)
      })

      test('invited by 100-continue when it is wanted', async () => {
        const { socket } = await dial(tell)
        socket.write('POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n')
        expect(await socket.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
        socket.write('abc')
        expect((await readAnswer(socket)).body).toBe('POST /? 1.1 abc')
        const refusing = await dial(() => ({ status: 403, headers: {}, body: 'no' }))
        refusing.socket.write('POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n')
        expect(await refusing.socket.rest()).toMatch(/^HTTP\/1\.1 403 /)
      })
    })

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
  })
}
