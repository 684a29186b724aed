/** A program: our HTTP/2 front alone with the method that the other echoes have. What the front itself costs. */
import { startHttp2Front } from '../../lib/servers/grpc/http2/start.ts'
import { UNARY_PATH } from './paths.ts'

const front = await startHttp2Front(new Map([[UNARY_PATH, { kind: 'unary', handle: (request) => request }]]), {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: -1,
})
process.stdout.write(`127.0.0.1:${front.port}\n`)
