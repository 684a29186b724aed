/**
 * A program: the client side of what h2load cannot do, in a process of its own. Prints one JSON line.
 * Usage: driver.ts once|sequential|stream ADDRESS FILE [COUNT [STREAMS [WINDOW]]]; FILE holds one request.
 */
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { STREAM_PATH, UNARY_PATH } from './paths.ts'

const [mode, address, file, count = '1', streams = '1', window = '1'] = Bun.argv.slice(2)
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

/** One stream, `inFlight` requests unanswered at any time. */
function stream(client: Client, total: number, inFlight: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const call = client.makeBidiStreamRequest(STREAM_PATH, pass, pass, new Metadata(), {})
  let sent = 0
  let answered = 0
  const send = () => {
    sent += 1
    call.write(message)
  }
  call.on('data', () => {
    answered += 1
    if (sent < total) send()
    else if (answered === total) call.end()
  })
  call.on('error', reject)
  call.on('end', () => (answered === total ? resolve() : reject(new Error(`${answered} of ${total} answers`))))
  while (sent < Math.min(inFlight, total)) send()
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
  const clients = Array.from({ length: Number(streams) }, connect)
  try {
    if (mode === 'once') return { answer: (await unary(clients[0]!)).toString('base64') }
    // A warm connection: connecting is not what is measured.
    await Promise.all(clients.map(unary))
    if (mode === 'sequential') return await sequential(clients[0]!, Number(count))
    const each = Math.ceil(Number(count) / clients.length)
    const began = performance.now()
    await Promise.all(clients.map((client) => stream(client, each, Number(window))))
    return { requests: each * clients.length, seconds: (performance.now() - began) / 1000 }
  } finally {
    for (const client of clients) client.close()
  }
}

console.log(JSON.stringify(await run()))
process.exit(0)
