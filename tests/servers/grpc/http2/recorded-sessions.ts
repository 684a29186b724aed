/** What real clients send, recorded at the time of the test: grpc-js, and node:http2 used by hand. */

import { connect } from 'node:http2'
import { createServer } from 'node:net'
import { Metadata } from '@grpc/grpc-js'
import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import { collect, createRawClient } from '../raw-client.ts'
import { echo, echoStream, message } from './peer.ts'

/** One relay for each client: it keeps all that the client says. */
async function relayTo(port: number) {
  const parts: Buffer[] = []
  const server = createServer((client) => {
    void Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        data: (_, bytes) => void client.write(Buffer.from(bytes)),
        close: () => void client.destroy(),
        open(upstream) {
          client.on('data', (bytes: Buffer) => {
            parts.push(Buffer.from(bytes))
            upstream.write(bytes)
          })
          client.on('close', () => upstream.end())
          client.on('error', () => {})
        },
      },
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    recorded: () => Buffer.concat(parts),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

async function recordGrpcJs(port: number): Promise<Buffer> {
  const relay = await relayTo(port)
  const client = createRawClient(relay.port)
  const metadata = new Metadata()
  metadata.set('some', 'value')
  metadata.set('b-bin', Buffer.from([1, 2, 255]))
  for (const text of ['one', 'two'.repeat(500)]) {
    await client.unary('/t.T/Echo', Buffer.from(text), metadata, { deadline: Date.now() + 60_000 }).answer
  }
  const stream = client.stream('/t.T/Stream', metadata)
  for (const text of ['a', 'bb', 'c'.repeat(3000)]) stream.write(Buffer.from(text))
  stream.end()
  await collect(stream)
  const cancelled = client.stream('/t.T/Stream', metadata)
  cancelled.on('error', () => {})
  cancelled.write(Buffer.from('x'))
  await new Promise((resolve) => cancelled.once('data', resolve))
  cancelled.cancel()
  await new Promise((resolve) => cancelled.once('status', resolve))
  client.close()
  await relay.close()
  return relay.recorded()
}

async function recordNode(port: number): Promise<Buffer> {
  const relay = await relayTo(port)
  const session = connect(`http://127.0.0.1:${relay.port}`)
  const one = (path: string, method: string, body: Buffer) =>
    new Promise<void>((resolve) => {
      const request = session.request({
        ':path': path,
        ':method': method,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      request.on('close', () => resolve())
      request.on('error', () => {})
      request.resume()
      request.end(body)
    })
  await Promise.all([
    one('/t.T/Echo', 'POST', message('three')),
    one('/t.T/Stream', 'POST', Buffer.concat([message('four'), message('five')])),
    one('/nothing', 'GET', Buffer.alloc(0)),
  ])
  await new Promise((resolve) => session.ping(Buffer.from('12345678'), resolve))
  await new Promise<void>((resolve) => void session.close(() => resolve()))
  await relay.close()
  return relay.recorded()
}

export async function recordSessions(): Promise<Buffer[]> {
  const methods = new Map([
    ['/t.T/Echo', echo],
    ['/t.T/Stream', echoStream],
  ])
  const front = await startHttp2Front(methods, { host: '127.0.0.1', port: 0, maxMessageBytes: -1 })
  const sessions = [await recordGrpcJs(front.port), await recordNode(front.port)]
  await front.close(0)
  for (const session of sessions) if (session.length < 200) throw new Error('a session was not recorded')
  return sessions
}
