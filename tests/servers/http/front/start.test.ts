import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { readJsonBody } from '../../../../lib/servers/http/body.ts'
import type { HttpFront, HttpHandler, StartHttpFront, TlsOptions } from '../../../../lib/servers/http/exchange.ts'
import { startHttpFront } from '../../../../lib/servers/http/front/start.ts'
import { httpFrontContract } from '../../../contract/http-front.ts'
import { openRawSocket, readAnswer } from '../raw-socket.ts'
import { BAD_CHUNKS, REFUSED } from '../refused-requests.ts'

httpFrontContract('the front on Bun sockets', startHttpFront)

const opened: { close(graceMs: number): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close(0)
})

const echo: HttpHandler = async (request) => ({ status: 200, headers: {}, body: await request.body() })

async function serve(handlers: Parameters<StartHttpFront>[0], tls?: TlsOptions): Promise<HttpFront> {
  const options = { host: '127.0.0.1', port: 0, maxMessageBytes: 100_000_000 }
  const front = await startHttpFront(handlers, { ...options, ...(tls === undefined ? {} : { tls }) })
  opened.push(front)
  return front
}

describe('TLS', () => {
  let tls: TlsOptions
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'xserve-tls-'))
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const { exitCode, stderr } = Bun.spawnSync([
      ...[
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ])
    if (exitCode !== 0) throw new Error(stderr.toString())
    tls = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
    rmSync(folder, { recursive: true })
  })

  test('requests, large answers to a slow reader, the last answer', async () => {
    const body = Buffer.alloc(10_000_000, 'abcdefg')
    const front = await serve(
      { http: async (r) => (r.path === '/large' ? { status: 200, headers: {}, body } : echo(r)) },
      tls,
    )
    const socket = await openRawSocket(front.port, true)
    opened.push(socket)
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi')
    expect((await readAnswer(socket)).body).toBe('hi')
    socket.pause()
    socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n')
    await new Promise((resolve) => setImmediate(resolve))
    socket.resume()
    await socket.until('\r\n\r\n')
    expect((await socket.bytes(body.length)).equals(body)).toBe(true)
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n${'a'.repeat(300_000)}`)
    expect(await socket.rest()).toStartWith('HTTP/1.1 413 ')
  })

  test('http/1.1 is agreed upon by ALPN', async () => {
    const front = await serve({ http: echo }, tls)
    const agreed = Promise.withResolvers<unknown>()
    const options = {
      port: front.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    }
    const socket = connect(options, () => agreed.resolve(socket.alpnProtocol))
    expect(await agreed.promise).toBe('http/1.1')
    socket.destroy()
  })

  test('plain HTTP there is hung up upon, and harms nobody', async () => {
    const front = await serve({ http: echo }, tls)
    const plain = await openRawSocket(front.port)
    opened.push(plain)
    plain.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await plain.rest()
    const { status } = await fetch(`https://127.0.0.1:${front.port}/`, { tls: { rejectUnauthorized: false } })
    expect(status).toBe(200)
  })

  test('WebSocket', async () => {
    const websocket = () => ({
      protocol: null,
      open: (peer: { send(data: string | Uint8Array): boolean }) => ({
        message: (d: string | Uint8Array) => void peer.send(d),
        closed() {},
      }),
    })
    const front = await serve({ http: echo, websocket }, tls)
    const client = new WebSocket(`wss://127.0.0.1:${front.port}/`, { tls: { rejectUnauthorized: false } } as never)
    const came = Promise.withResolvers<unknown>()
    client.onopen = () => client.send('secret')
    client.onmessage = ({ data }) => came.resolve(data)
    expect(await came.promise).toBe('secret')
    client.close()
  })
})

test('a bad certificate is said so', async () => {
  const options = { host: '127.0.0.1', port: 0, maxMessageBytes: -1, tls: { certificate: 'x', key: 'y' } }
  const code = await startHttpFront({ http: echo }, options).catch((error: { code: string }) => error.code)
  expect(code).toBe('START_FAILED')
})

test('whatever is sent, every connection ends and the front lives', async () => {
  const front = await serve({
    http: echo,
    websocket: () => ({ protocol: null, open: () => ({ message() {}, closed() {} }) }),
  })
  const upgrade =
    'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(...REFUSED.map(([, , request]) => request), ...BAD_CHUNKS, upgrade)
      .map((text) => Buffer.from(text)),
    fc
      .constantFrom(
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabcde',
        'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
      )
      .map((text) => Buffer.from(text)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      const socket = await openRawSocket(front.port)
      for (const bytes of parts) socket.write(bytes)
      socket.end()
      await socket.rest()
      socket.close()
    }),
    { numRuns: 300 },
  )
  const socket = await openRawSocket(front.port)
  opened.push(socket)
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi')
  expect((await readAnswer(socket)).body).toBe('hi')
})

describe('a JSON body', () => {
  const readJson: HttpHandler = async (request) => {
    try {
      return { status: 200, headers: {}, body: JSON.stringify(await readJsonBody(request)) }
    } catch (error) {
      return { status: 422, headers: {}, body: String(error) }
    }
  }

  // With the head, it is read straight from the bytes that came; later, it is gathered and decoded.
  test.each([
    ['ASCII', '"abc"', 200],
    ['other alphabets', '"Grüße, 世界 🌍"', 200],
    ['a character that stands for unreadable ones', '"\ufffd"', 200],
    ['a byte order mark', '\ufeff"abc"', 200],
    ['no UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 422],
    ['nothing', '', 422],
  ])('%s', async (_, body, status) => {
    const { port } = await serve({ http: readJson })
    const bytes = Buffer.from(body as string)
    const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes.length}\r\n`
    for (const later of [false, true].slice(0, bytes.length === 0 ? 1 : 2)) {
      const socket = await openRawSocket(port)
      opened.push(socket)
      if (later) {
        socket.write(`${head}expect: 100-continue\r\n\r\n`)
        await socket.until('100 Continue\r\n\r\n')
        socket.write(bytes)
      } else socket.write(Buffer.concat([Buffer.from(`${head}\r\n`), bytes]))
      const answer = await readAnswer(socket)
      expect(answer.head).toStartWith(`HTTP/1.1 ${status}`)
      if (status === 200) expect(answer.body).toBe(bytes.toString().replace('\ufeff', ''))
    }
  })
})
