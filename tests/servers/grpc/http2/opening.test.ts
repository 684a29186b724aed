import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { Metadata } from '@grpc/grpc-js'
import { judgeOpening } from '../../../../lib/servers/grpc/http2/opening.ts'
import { GOAWAY, PREFACE, SETTINGS, WINDOW_UPDATE } from '../../../../lib/servers/grpc/http2/protocol.ts'
import { startGrpcServer } from '../../../../lib/servers/grpc/server.ts'
import { fakeRuntime, idOf, request } from '../fake-runtime.ts'
import { createRawClient } from '../raw-client.ts'
import { framesOf } from './peer.ts'

/** Everything that comes back until the connection is closed. */
function exchange(port: number, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}

test('HTTP/1 is told what the port speaks, by the words of any client', async () => {
  const listener = await startGrpcServer(fakeRuntime('gateway'), { host: '127.0.0.1' })
  for (const head of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'POST /post HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}']) {
    const answer = await exchange(listener.port, [head])
    expect(answer).toStartWith('HTTP/1.1 400 Bad Request\r\n')
    expect(answer).toContain('this port speaks gRPC')
  }
  const answer = await fetch(`http://127.0.0.1:${listener.port}/post`, { method: 'POST', body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('--protocol http')])
  await listener.close(0)
})

test('gRPC goes on beside it, with large messages, too', async () => {
  const listener = await startGrpcServer(fakeRuntime('gateway'), { host: '127.0.0.1' })
  await exchange(listener.port, ['GET / HTTP/1.1\r\n\r\n'])
  const client = createRawClient(listener.port)
  for (const id of ['small', 'large'.repeat(500_000)]) {
    const path = '/jina.JinaSingleDataRequestRPC/process_single_data'
    const answer = await client.unary(path, request(id), new Metadata()).answer
    expect(idOf(answer.bytes) === id).toBe(true)
  }
  client.close()
  await listener.close(0)
})

test('a connection without a word does not hold up the end', async () => {
  const listener = await startGrpcServer(fakeRuntime('gateway'), { host: '127.0.0.1' })
  const socket = connect(listener.port, '127.0.0.1')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('connect', resolve))
  const began = performance.now()
  await listener.close(20_000)
  await closed
  expect(performance.now() - began).toBeLessThan(5000)
})

const bytesOf = (text: string) => Buffer.from(text, 'latin1')
test.each([
  ['the preface', bytesOf(PREFACE), 'http2'],
  ['the preface and more', bytesOf(`${PREFACE}more`), 'http2'],
  ['a part of it', bytesOf(PREFACE.slice(0, 10)), 'unclear'],
  ['its first letter', bytesOf('P'), 'unclear'],
  ['a preface that goes wrong', bytesOf(`${PREFACE.slice(0, 20)}xxxx`), 'other'],
  ['the hello of TLS', Buffer.from([0x16, 3, 1, 2, 0]), 'other'],
  ['a part of a line of HTTP/1', bytesOf('GET /pa'), 'unclear'],
  ['a line of HTTP/1', bytesOf('GET / HTTP/1.1\n'), 'other'],
  ['a line that is too long to wait for', bytesOf(`GET /${'x'.repeat(64)}`), 'other'],
  ['nonsense', Buffer.from([1, 2, 3]), 'other'],
  ['an empty line', bytesOf('\n'), 'other'],
])('%s is judged at once', (_, bytes, kind) => {
  expect(judgeOpening(bytes).kind).toBe(kind as 'http2')
})

test('what speaks TLS or HTTP/1 is answered in HTTP/1, all else by a GOAWAY behind our greeting', () => {
  const [tls, http, nonsense] = [
    Buffer.from([0x16, 3, 1, 2, 0]),
    bytesOf('GET / HTTP/1.0\r\n'),
    Buffer.from([1, 2]),
  ].map((bytes) => judgeOpening(bytes).answer)
  expect(tls!.toString()).toStartWith('HTTP/1.1 400 ')
  expect(http).toEqual(tls!)
  expect(framesOf(nonsense!).map(({ type }) => type)).toEqual([SETTINGS, WINDOW_UPDATE, GOAWAY])
})
