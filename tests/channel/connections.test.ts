import { expect, test } from 'bun:test'
import { createGrpcChannel } from '../../lib/channel/grpc.ts'
import { ACK, END_STREAM, HEADERS, PING, RST_STREAM } from '../../lib/servers/grpc/http2/protocol.ts'
import { data, framesOf, headers, message, ping, settingsFrame } from '../servers/grpc/http2/peer.ts'

const PREFACE_BYTES = 24

test('a closed channel hangs up, also when an answer crossed the giving up of its call', async () => {
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  let heard = Buffer.alloc(0)
  let sent = false
  // Answers a call as soon as it is given up; the PING behind the answer tells when that has been read.
  using server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open: (socket) => void socket.write(settingsFrame([])),
      data(socket, bytes) {
        heard = Buffer.concat([heard, bytes])
        const frames = framesOf(heard.subarray(PREFACE_BYTES))
        const has = (type: number, flags = 0) =>
          frames.some((one) => one.type === type && (one.flags & flags) === flags)
        if (has(HEADERS)) asked.resolve()
        if (has(PING, ACK)) answered.resolve()
        if (!has(RST_STREAM) || sent) return
        sent = true
        const fields = [
          [':status', '200'],
          ['content-type', 'application/grpc'],
        ] as const
        const end = headers(1, [['grpc-status', '0']], END_STREAM)
        socket.write(Buffer.concat([headers(1, fields), data(1, message('a')), end, ping()]))
      },
      close: () => gone.resolve(),
    },
  })
  const channel = createGrpcChannel(`127.0.0.1:${server.port}`)
  const leaving = new AbortController()
  const call = channel.unary('/a/b', new Uint8Array(1), { signal: leaving.signal })
  await asked.promise
  leaving.abort()
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' })
  await answered.promise
  channel.close()
  await gone.promise
})
