/**
 * A program: the client side of what h2load cannot do, in a process of its own. Prints one JSON line.
 * Usage: driver.ts once|sequential ADDRESS FILE [COUNT]; FILE holds one request.
 */
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { UNARY_PATH } from './paths.ts'

const [mode, address, file, count = '1'] = Bun.argv.slice(2)
const message = Buffer.from(await Bun.file(file!).bytes())
const pass = (bytes: Buffer) => bytes

function connect(): Client {
  return new Client(address!, credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  })
}

function unary(client: Client): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  client.makeUnaryRequest(UNARY_PATH, pass, pass, message, new Metadata(), {}, (error, answer) =>
    error ? reject(error) : resolve(answer!),
  )
  return promise
}

async function sequential(client: Client, total: number) {
  const micros = new Float64Array(total)
  for (let i = 0; i < total; i++) {
    const began = Bun.nanoseconds()
    await unary(client)
    micros[i] = (Bun.nanoseconds() - began) / 1000
  }
  micros.sort()
  return { p50: micros[total >> 1], p99: micros[Math.floor(total * 0.99)] }
}

async function run(): Promise<object> {
  const client = connect()
  try {
    // Of a warm connection: connecting is not what is measured.
    const answer = await unary(client)
    return mode === 'once' ? { answer: answer.toString('base64') } : await sequential(client, Number(count))
  } finally {
    client.close()
  }
}

console.log(JSON.stringify(await run()))
process.exit(0)
