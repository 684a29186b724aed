/** What an HTTP front makes of requests and their bodies. */
import { describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { readAnswer } from '../servers/http/raw-socket.ts'
import { BAD_CHUNKS, type REFUSED } from '../servers/http/refused-requests.ts'
import { type Bench, get, ok, post, tell } from './http-bench.ts'

export function testRequests({ serve, open, dial }: Bench, refused: typeof REFUSED): void {
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
}
