/**
 * A program: one call by a client of others, in a process of its own. Prints one JSON line with the answer.
 * Usage: driver.ts ADDRESS FILE; FILE holds one request.
 */
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { UNARY_PATH } from './paths.ts'

const [address, file] = Bun.argv.slice(2)
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

async function run(): Promise<object> {
  const client = connect()
  try {
    const answer = await unary(client)
    return { answer: answer.toString('base64') }
  } finally {
    client.close()
  }
}

console.log(JSON.stringify(await run()))
process.exit(0)
