/** What is found out about a port by what it says. */

import { expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { askSpeech, speechOf } from '../../lib/client/port-speech.ts'

const bytes = (...hex: number[]) => Buffer.from(hex)

test.each([
  ['nothing', Buffer.alloc(0), { kind: 'none' }],
  ['HTTP', Buffer.from('HTTP/1.1 404 Not Found\r\n\r\n'), { kind: 'http' }],
  ['gRPC that knows HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\nthis port speaks gRPC'), { kind: 'grpc' }],
  ['settings of HTTP/2', bytes(0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0), { kind: 'grpc' }],
  ['a goodbye of HTTP/2', bytes(0, 0, 8, 7, 0, 0, 0, 0, 0), { kind: 'grpc' }],
  ['a frame on a stream', bytes(0, 0, 6, 4, 0, 0, 0, 0, 1), { kind: 'other', words: '.........' }],
  ['half a frame', bytes(0, 0, 6, 4), { kind: 'other', words: '....' }],
  ['a greeting', Buffer.from('SSH-2.0-x\r\nmore'), { kind: 'other', words: 'SSH-2.0-x' }],
  ['many words', Buffer.from('x'.repeat(99)), { kind: 'other', words: `${'x'.repeat(40)}…` }],
])('%s', (_, heard, speech) => expect(speechOf(heard)).toEqual(speech as never))

async function asked(answer: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { port, speech: await askSpeech({ host: '127.0.0.1', port }).finally(() => server.close()) }
}

test('an answer in pieces is waited for, a server that closes or is gone is not', async () => {
  const inPieces = asked((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 400 Bad')
      setImmediate(() => socket.write(' Request\r\n\r\nthis port speaks gRPC'))
    })
  })
  expect((await inPieces).speech).toEqual({ kind: 'grpc' })
  const { port, speech } = await asked((socket) => socket.end())
  expect(speech).toEqual({ kind: 'none' })
  expect(await askSpeech({ host: '127.0.0.1', port })).toEqual({ kind: 'none' })
})
