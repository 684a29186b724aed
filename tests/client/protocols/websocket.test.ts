import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { listen } from 'bun'
import { Client } from '../../../lib/client/client.ts'
import { encodeFrame, OPCODE } from '../../../lib/client/protocols/websocket-frames.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'
import { until } from '../../helpers/until.ts'
import { startWebServer } from '../web-server.ts'

const count = (n: number) => Array.from({ length: n }, (_, i) => `${i}`)

test('one socket for all requests of a post, an end mark when all is answered, then a close frame', async () => {
  await using server = startWebServer()
  using client = new Client(`ws://${server.address}`)
  expect((await client.post('/', count(100), { requestSize: 1 })).length).toBe(100)
  expect(server.seen.headers?.get('sec-websocket-protocol')).toBe('bytes')
  await until(() => server.seen.closed.length > 0)
  expect(server.seen).toMatchObject({ frames: 100, sockets: 1, endMarks: 1, closed: [1000] })
})

test('answers are told apart by their request id', async () => {
  const held: (() => void)[] = []
  await using server = startWebServer({
    frame: (request, socket) => {
      held.push(() => socket.send(request.encode()))
      if (held.length === 4) for (const answer of held.reverse()) answer()
      return null
    },
  })
  using client = new Client(`ws://${server.address}`)
  expect((await client.post('/', count(4), { requestSize: 1 })).texts).toEqual(['3', '2', '1', '0'])
})

test('large messages pass both ways', async () => {
  await using server = startWebServer()
  using client = new Client(`ws://${server.address}`)
  const blob = new Uint8Array(20 << 20).map((_, i) => i)
  const docs = await client.post('/', [{ blob }, { blob }, { blob: blob.subarray(0, 65536) }], {
    requestSize: 1,
    resultsInOrder: true,
  })
  expect(docs.map((doc) => Bun.hash(doc.blob!))).toEqual([
    Bun.hash(blob),
    Bun.hash(blob),
    Bun.hash(blob.subarray(0, 65536)),
  ])
}, 20_000)

test.each([
  [
    1011,
    'executor0 cannot be reached',
    'UNAVAILABLE',
    'it closed the WebSocket with 1011: executor0 cannot be reached before all was answered',
  ],
  [1009, 'message too big', 'TOO_LARGE', '1009: message too big'],
  [1000, '', 'UNAVAILABLE', 'it closed the WebSocket with 1000 before'],
])('closed with %d %p: %s', async (code, reason, expected, message) => {
  await using server = startWebServer({
    frame: (_, socket) => {
      socket.close(code, reason)
      return null
    },
  })
  using client = new Client(`ws://${server.address}`)
  await expect(client.post('/', 'a')).rejects.toMatchObject({
    code: expected,
    message: expect.stringContaining(message),
  })
})

test.each([
  [426, 'it speaks HTTP, and no WebSocket'],
  // Of what may be there at another moment, or for another caller, nothing is guessed.
  [503, 'answers HTTP status 503 instead of a WebSocket: later'],
])('a port without WebSocket is told: status %d', async (status, message) => {
  const headers = { 'content-type': 'text/plain' }
  const answer = () => new Response('later\nmore', { status, headers })
  using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
  using client = new Client(`ws://127.0.0.1:${server.port}`)
  await expect(client.post('/', 'a', { maxAttempts: 5 })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining(message),
  })
})

/** A server by hand: what it answers to the handshake, and to each read. */
function rawServer(
  onRequest: (write: (bytes: Uint8Array | string) => void) => void,
  handshake?: (accept: string) => string,
) {
  return listen<{ open: boolean }>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket, bytes) {
        if (bytes.toString('latin1', 0, 11) === 'GET /status') {
          socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
          return
        }
        const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(bytes.toString('latin1'))?.[1]
        if (key) {
          const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
          socket.write(
            handshake
              ? handshake(accept)
              : `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
          )
        } else onRequest((out) => socket.write(out))
      },
    },
  })
}

test.each([
  ['a masked frame', () => encodeFrame(OPCODE.binary, new Uint8Array(3)), 'a frame of the server is masked'],
  ['reserved bits', () => new Uint8Array([0xf2, 0]), 'reserved bits'],
  ['text', () => new Uint8Array([0x81, 1, 0x61]), 'with text where bytes were agreed on'],
  ['a continuation of nothing', () => new Uint8Array([0x80, 1, 0x61]), 'with a frame of kind 0'],
  ['a long control frame', () => new Uint8Array([0x89, 126, 1, 0]), 'a control frame is too long or cut'],
  ['no request', () => new Uint8Array([0x82, 1, 0xff]), ''],
])('%s is refused', async (_, frame, message) => {
  using server = rawServer((write) => write(frame()))
  using client = new Client(`ws://127.0.0.1:${server.port}`)
  await expect(client.post('/', 'a')).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining(message),
  })
})

test.each([
  ['a wrong accept', () => 'HTTP/1.1 101 S\r\nSec-WebSocket-Accept: x\r\n\r\n', 'its WebSocket handshake is wrong'],
  [
    'another sub-protocol',
    (accept: string) => `HTTP/1.1 101 S\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: json\r\n\r\n`,
    'it speaks another sub-protocol',
  ],
])('a handshake with %s is refused', async (_, handshake, message) => {
  using server = rawServer(() => {}, handshake)
  using client = new Client(`ws://127.0.0.1:${server.port}`)
  await expect(client.post('/', 'a')).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining(message),
  })
})

test('pings are answered, fragments put together', async () => {
  const answers: number[] = []
  using server = rawServer((write) => {
    if (answers.push(1) === 1) write(new Uint8Array([0x89, 2, 1, 2]))
    else if (answers.length === 2) {
      const bytes = Envelope.create({ requestId: 'x', endpoint: '/' }).encode()
      const [one, two] = [bytes.subarray(0, 3), bytes.subarray(3)]
      write(
        Buffer.concat([
          new Uint8Array([0x02, one.length]),
          one,
          new Uint8Array([0x8a, 0]),
          new Uint8Array([0x80, two.length]),
          two,
        ]),
      )
    }
  })
  using client = new Client(`ws://127.0.0.1:${server.port}`)
  await expect(client.post('/', 'a')).rejects.toMatchObject({ message: expect.stringContaining('request_id "x"') })
  expect(answers.length).toBeGreaterThanOrEqual(2)
})
