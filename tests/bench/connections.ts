/** Many connections at once: what an idle one holds in memory, and how evenly busy ones are served. */
import { readFileSync } from 'node:fs'
import { call, preface, windowUpdate } from '../servers/grpc/http2/peer.ts'
import { median, memoryBytes } from './machine.ts'
import { UNARY_PATH } from './paths.ts'
import { atMost, type Measure, measure } from './report.ts'
import type { Served } from './servers.ts'

const IDLE = 10_000
const BUSY = 1_000
const BUSY_MS = 3_000
/** Connections that are opened at a time: more than the backlog of the listener would be refused. */
const AT_ONCE = 100
const HEADERS = 1
const END_STREAM = 1
const FRAME_HEAD = 9

interface Caller {
  answers: number
  stop(): void
}

/** One connection with one call under way at a time; `again` says after each answer whether to call once more. */
function connect(address: string, message: Uint8Array, again: (caller: Caller) => boolean): Promise<Caller> {
  const [host, port] = address.split(':')
  const ready = Promise.withResolvers<Caller>()
  let held: Buffer = Buffer.alloc(0)
  let stream = 1
  const caller: Caller = { answers: 0, stop: () => {} }

  /** Whether the frames so far include the end of the stream, which is that of the call. */
  const ended = (chunk: Buffer): boolean => {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    let at = 0
    let end = false
    while (bytes.length - at >= FRAME_HEAD && bytes.length - at - FRAME_HEAD >= bytes.readUIntBE(at, 3)) {
      end ||= bytes[at + 3] === HEADERS && (bytes[at + 4]! & END_STREAM) !== 0
      at += FRAME_HEAD + bytes.readUIntBE(at, 3)
    }
    held = Buffer.from(bytes.subarray(at))
    return end
  }
  const next = (): Buffer => {
    const request = call(stream, UNARY_PATH, message)
    stream += 2
    return request
  }
  const opening = Bun.connect({
    hostname: host!,
    port: Number(port),
    socket: {
      open(socket) {
        socket.write(Buffer.concat([preface(), windowUpdate(0, 1 << 30), next()]))
      },
      data(socket, bytes) {
        if (!ended(bytes)) return
        caller.answers++
        ready.resolve(caller)
        if (again(caller)) socket.write(next())
      },
      close: () => ready.reject(new Error('the server has closed a connection')),
    },
  })
  opening.then((socket) => {
    caller.stop = () => socket.terminate()
  }, ready.reject)
  return ready.promise
}

async function connectMany(address: string, message: Uint8Array, count: number, again: (caller: Caller) => boolean) {
  const callers: Caller[] = []
  while (callers.length < count) {
    const group = Array.from({ length: Math.min(AT_ONCE, count - callers.length) }, () =>
      connect(address, message, again),
    )
    callers.push(...(await Promise.all(group)))
  }
  return callers
}

/** Files that this process may have open. */
function openFilesLimit(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024)
}

export async function measureConnections(binary: Served, message: Uint8Array): Promise<Measure[]> {
  const count = Math.min(IDLE, openFilesLimit() - 200)
  const before = memoryBytes(binary.pid).resident
  const idle = await connectMany(binary.address, message, count, () => false)
  // Garbage of the openings is given back within a second or never.
  await Bun.sleep(2000)
  const each = (memoryBytes(binary.pid).resident - before) / count
  for (const caller of idle) caller.stop()

  let going = true
  const busy = await connectMany(binary.address, message, BUSY, () => going)
  const began = busy.map(({ answers }) => answers)
  await Bun.sleep(BUSY_MS)
  going = false
  const answered = busy.map(({ answers }, i) => answers - began[i]!).sort((a, b) => a - b)
  for (const caller of busy) caller.stop()
  return [
    measure('connections.idle', `${count} idle connections: memory of each`, each / 1024, 'KB', atMost(4)),
    measure(
      'connections.rate',
      `${BUSY} busy connections: all`,
      (answered.reduce((a, b) => a + b) * 1000) / BUSY_MS,
      'req/s',
    ),
    measure('connections.median', `${BUSY} busy connections: answers on each`, median(answered), ''),
    measure(
      'connections.fair',
      `${BUSY} busy connections: the most on one by the least`,
      answered.at(-1)! / answered[0]!,
      '×',
      atMost(1.5),
    ),
  ]
}
