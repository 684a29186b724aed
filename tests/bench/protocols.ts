/** Protocols beside gRPC: WebSocket messages, events, a large tensor there and back by each; and what a document costs to read and to write. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { decodeData, encodeData } from '../../lib/document/data-content.ts'
import { Document } from '../../lib/document/document.ts'
import { DocumentArray } from '../../lib/document/document-array.ts'
import { median } from './machine.ts'
import { textRequest } from './message.ts'
import { type Measure, measure } from './report.ts'
import { BINARY } from './servers.ts'

const TENSOR_BYTES = 8 << 20
const ITEMS = 20_000
const EXECUTOR = `import { Document, type DocumentArray, Executor, requests } from 'xserve'
export default class Bench extends Executor {
  @requests()
  mark({ docs }: { docs: DocumentArray }) { for (const doc of docs) doc.text = doc.text + '!' }
  @requests({ on: '/tensor' })
  double({ docs }: { docs: DocumentArray }) {
    for (const doc of docs) { const numbers = doc.tensor!.data as Float32Array; for (let i = 0; i < numbers.length; i++) numbers[i]! *= 2 }
  }
  @requests({ on: '/many' })
  *many() { for (let i = 0; i < ${ITEMS}; i++) yield new Document({ text: 'x'.repeat(100) }) }
}
`

interface Addresses {
  readonly grpc: string
  readonly http: string
  readonly websocket: string
}

async function serve<T>(measured: (addresses: Addresses) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'xserve-bench-protocols-'))
  const [file, portFile] = [path.join(folder, 'bench.ts'), path.join(folder, 'ports')]
  writeFileSync(file, EXECUTOR)
  const protocols = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0', '--port-file', portFile, '--quiet']
  const child = Bun.spawn([BINARY, 'run', file, ...protocols], { stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    while (!(await Bun.file(portFile).exists())) {
      if (child.exitCode !== null) throw new Error(`${BINARY} run ended with ${child.exitCode}`)
      await Bun.sleep(1)
    }
    const [grpc = '', http = '', websocket = ''] = readFileSync(portFile, 'utf8').trim().split('\n')
    return await measured({ grpc, http, websocket })
  } finally {
    child.kill('SIGTERM')
    await child.exited
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seconds until all are answered, `inFlight` under way on each of `sockets`. */
async function floodWebSocket(address: string, requests: number, sockets: number, inFlight: number): Promise<number> {
  const message = textRequest()
  let left = requests
  const began = performance.now()
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${address}/`, 'bytes')
      let open = 0
      const send = (): void => {
        if (left > 0) {
          left--
          open++
          socket.send(message as Uint8Array<ArrayBuffer>)
        } else if (open === 0) socket.close()
      }
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => {
        for (let i = 0; i < inFlight; i++) send()
      }
      socket.onmessage = () => {
        open--
        send()
      }
      socket.onerror = () => reject(new Error(`the WebSocket at ${address} broke`))
      socket.onclose = () => resolve()
    })
  await Promise.all(Array.from({ length: sockets }, one))
  return (performance.now() - began) / 1000
}

/** Milliseconds to the first event, seconds to the last. */
async function readEvents(address: string): Promise<{ readonly firstMs: number; readonly seconds: number }> {
  const began = performance.now()
  const response = await fetch(`http://${address}/many?text=x`)
  let firstMs = 0
  let bytes = 0
  for await (const piece of response.body!) {
    if (bytes === 0) firstMs = performance.now() - began
    bytes += piece.length
  }
  if (bytes < ITEMS * 100) throw new Error(`only ${bytes} bytes of events came`)
  return { firstMs, seconds: (performance.now() - began) / 1000 }
}

async function tensorMs(address: string, rounds: number): Promise<number> {
  using client = new Client(address)
  const found: number[] = []
  for (let round = 0; round < rounds; round++) {
    const tensor = new Float32Array(TENSOR_BYTES / 4).fill(1.5)
    const began = performance.now()
    const [answer] = await client.post('/tensor', new Document({ tensor }))
    // JSON has one kind of number: what is whole comes back as integers.
    if (Number(answer!.tensor!.data[7]) !== 3) throw new Error(`${address} answered another tensor`)
    found.push(performance.now() - began)
  }
  return median(found)
}

/** Microseconds for a document: read, its text changed, written. */
function documentMicros(dialect: 'v1' | 'v2', count: number): number {
  const fields = { text: 'x'.repeat(100), tags: { a: 1, b: ['c', { d: true }] }, embedding: new Float32Array(16) }
  const bytes = encodeData(new DocumentArray(Array.from({ length: count }, () => new Document(fields))), dialect)
  const rounds = Math.ceil(20_000 / count)
  const once = (): void => {
    const docs = decodeData(bytes, dialect)
    for (const doc of docs) doc.text = `${doc.text}!`
    encodeData(docs, dialect)
  }
  for (let i = 0; i < rounds / 4; i++) once()
  const began = performance.now()
  for (let i = 0; i < rounds; i++) once()
  return ((performance.now() - began) * 1000) / (rounds * count)
}

export async function measureProtocols(requests: number): Promise<Measure[]> {
  const served = await serve(async ({ grpc, http, websocket }) => {
    await floodWebSocket(websocket, requests / 4, 4, 32)
    const seconds = await floodWebSocket(websocket, requests, 4, 32)
    const events = []
    for (let round = 0; round < 5; round++) events.push(await readEvents(http))
    return [
      measure('websocket.rate', 'WebSocket: through gateway and worker, bytes', requests / seconds, 'msg/s'),
      measure('events.first', 'events: to the first', median(events.map(({ firstMs }) => firstMs)), 'ms'),
      measure('events.rate', 'events', ITEMS / median(events.map((one) => one.seconds)), 'items/s'),
      measure('tensor8.grpc', '8 MiB tensor, changed, there and back: gRPC', await tensorMs(grpc, 5), 'ms'),
      measure('tensor8.ws', '8 MiB tensor: WebSocket', await tensorMs(`ws://${websocket}`, 5), 'ms'),
      measure('tensor8.http', '8 MiB tensor: HTTP, as JSON', await tensorMs(`http://${http}`, 3), 'ms'),
    ]
  })
  const documents = (['v1', 'v2'] as const).flatMap((dialect) =>
    [1, 1000].map((count) =>
      measure(
        `document.${dialect}.${count}`,
        `document of docarray ${dialect}, read, changed, written; ${count} at once`,
        documentMicros(dialect, count),
        'µs/doc',
      ),
    ),
  )
  return [...served, ...documents]
}
