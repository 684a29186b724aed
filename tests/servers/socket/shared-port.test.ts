import { afterEach, expect, test } from 'bun:test'
import { startHttp2Front } from '../../../lib/servers/grpc/http2/start.ts'
import type { StartGrpcFront } from '../../../lib/servers/grpc/method.ts'
import type { HttpHandler, StartHttpFront } from '../../../lib/servers/http/exchange.ts'
import { startHttpFront } from '../../../lib/servers/http/front/start.ts'
import { createSharedPort } from '../../../lib/servers/socket/shared-port.ts'
import { grpcFrontContract } from '../../contract/grpc-front.ts'
import { httpFrontContract } from '../../contract/http-front.ts'
import { call, echo, framesOf, preface } from '../grpc/http2/peer.ts'
import { openRawSocket, readAnswer } from '../http/raw-socket.ts'
import { REFUSED } from '../http/refused-requests.ts'

const plain: HttpHandler = () => ({ status: 200, headers: {}, body: 'plain' })

/** Each front as before, with the other one beside it. */
const besideHttp: StartGrpcFront = async (methods, options) => {
  const { http1, http2 } = createSharedPort()
  const starting = [
    startHttp2Front(methods, { ...options, listen: http2 }),
    startHttpFront({ http: plain }, { ...options, listen: http1 }),
  ] as const
  return (await Promise.all(starting))[0]
}
const besideGrpc: StartHttpFront = async (handlers, options) => {
  const { http1, http2 } = createSharedPort()
  const starting = [
    startHttpFront(handlers, { ...options, listen: http1 }),
    startHttp2Front(new Map([['/t.T/Echo', echo]]), { ...options, listen: http2 }),
  ] as const
  return (await Promise.all(starting))[0]
}

grpcFrontContract('own front on a shared port', besideHttp)
httpFrontContract(
  'the HTTP front on a shared port',
  besideGrpc,
  REFUSED.filter(([name]) => name !== 'HTTP/2'),
)

const opened: { close(graceMs: number): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close(0)
})

async function open() {
  const front = await besideGrpc({ http: plain }, { host: '127.0.0.1', port: 0, maxMessageBytes: -1 })
  opened.push(front)
  return front
}

test('the first bytes decide, however slowly they come', async () => {
  const { port } = await open()
  for (const size of [1, 2, 1000]) {
    const socket = await openRawSocket(port)
    opened.push(socket)
    const request = 'PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'
    for (let at = 0; at < request.length; at += size) {
      socket.write(request.slice(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await readAnswer(socket)).body).toBe('plain')

    const got: Buffer[] = []
    const answered = Promise.withResolvers<void>()
    const http2 = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        data(_, bytes) {
          got.push(Buffer.from(bytes))
          if (Buffer.concat(got).includes('hello')) answered.resolve()
        },
      },
    })
    const bytes = Buffer.concat([preface(), call(1, '/t.T/Echo', 'hello')])
    for (let at = 0; at < bytes.length; at += size) {
      http2.write(bytes.subarray(at, at + size))
      if (size < 10) await new Promise((resolve) => setImmediate(resolve))
    }
    await answered.promise
    expect(framesOf(Buffer.concat(got))[0]!.type).toBe(4)
    http2.end()
  }
})

test('a connection without a word does not hold up the end', async () => {
  const front = await open()
  const closed = Promise.withResolvers<void>()
  await Bun.connect({ hostname: '127.0.0.1', port: front.port, socket: { data() {}, close: () => closed.resolve() } })
  await front.close(20_000)
  await closed.promise
})
