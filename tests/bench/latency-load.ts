/**
 * A program: how long single calls take, without a library in the way. Prints one JSON line of microseconds.
 * Usage: latency-load.ts grpc|bytes ADDRESS FILE COUNT [RATE CONNECTIONS]; FILE holds one request, which a relay gives back.
 * RATE 0: one caller, who waits for each answer. Else so many requests a second, whatever has been answered, which leave every
 * millisecond; time counts from when they should have left, so that a late answer makes those behind it late, too.
 */
import { END_STREAM } from '../../lib/servers/grpc/http2/protocol.ts'
import { callFields, data, headers, message, preface, windowUpdate } from '../servers/grpc/http2/peer.ts'
import { UNARY_PATH } from './paths.ts'

const [mode, address, file, count, rate = '0', connections = '1'] = Bun.argv.slice(2)
const [host, port] = address!.split(':')
const content = Buffer.from(await Bun.file(file!).bytes())
const total = Number(count)
const LARGEST_WINDOW = 2 ** 31 - 1
const FRAME_HEAD = 9
const HEADERS = 1
const RST_STREAM = 3
const GOAWAY = 7

/** One side of a protocol: how a request looks, and which requests a piece of what comes back answers. */
interface Speech {
  readonly opening: Buffer
  request(number: number): Buffer
  /** Numbers of the requests that are answered by now. */
  hear(bytes: Buffer, answered: (number: number) => void): void
}

function speakBytes(): Speech {
  let received = 0
  let told = 0
  return {
    opening: Buffer.alloc(0),
    request: () => content,
    hear(bytes, answered) {
      received += bytes.length
      while ((told + 1) * content.length <= received) answered(told++)
    },
  }
}

function speakGrpc(): Speech {
  const call = Buffer.concat([headers(1, callFields(UNARY_PATH)), data(1, message(content), true)])
  const second = call.readUIntBE(0, 3) + FRAME_HEAD
  let held: Buffer = Buffer.alloc(0)
  return {
    opening: Buffer.concat([preface([[4, LARGEST_WINDOW]]), windowUpdate(0, LARGEST_WINDOW - 65_535)]),
    request(number) {
      const bytes = Buffer.from(call)
      bytes.writeUInt32BE(2 * number + 1, 5)
      bytes.writeUInt32BE(2 * number + 1, second + 5)
      return bytes
    },
    hear(chunk, answered) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      let at = 0
      while (bytes.length - at >= FRAME_HEAD) {
        const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3)
        if (end > bytes.length) break
        const type = bytes[at + 3]!
        if (type === RST_STREAM || type === GOAWAY)
          throw new Error(`frame ${type}: ${bytes.toString('latin1', at, end)}`)
        if (type === HEADERS && (bytes[at + 4]! & END_STREAM) !== 0) answered((bytes.readUInt32BE(at + 5) - 1) / 2)
        at = end
      }
      held = bytes.subarray(at)
    },
  }
}

interface Line {
  /** `due`: the nanosecond in which it should leave. */
  send(due: number): void
  flush(): void
}

const micros: number[] = []
let onAnswer = (): void => {}
const done = Promise.withResolvers<void>()

async function connect(): Promise<Line> {
  const speech = mode === 'grpc' ? speakGrpc() : speakBytes()
  const dues: number[] = []
  let waiting: Buffer[] = [speech.opening]
  const answered = (number: number): void => {
    micros.push((Bun.nanoseconds() - dues[number]!) / 1000)
  }
  const socket = await Bun.connect({
    hostname: host!,
    port: Number(port),
    socket: {
      data(_, bytes) {
        try {
          speech.hear(bytes, answered)
          onAnswer()
        } catch (error) {
          done.reject(error)
        }
      },
      drain: () => flush(),
      close: () => done.reject(new Error(`the connection was closed after ${micros.length} of ${total} answers`)),
    },
  })
  const flush = (): void => {
    const bytes = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    const taken = socket.write(bytes)
    waiting = taken < bytes.length ? [bytes.subarray(Math.max(taken, 0))] : []
  }
  flush()
  return {
    send(due) {
      waiting.push(speech.request(dues.length))
      dues.push(due)
    },
    flush() {
      if (waiting.length > 0) flush()
    },
  }
}

function sendNext(line: Line): void {
  line.send(Bun.nanoseconds())
  line.flush()
}

/** Each millisecond what is due by then; a sender that is late makes up for it. */
function sendAtRate(lines: readonly Line[], perSecond: number): void {
  const began = Bun.nanoseconds()
  let sent = 0
  const send = (): void => {
    const due = Math.min(total, Math.floor(((Bun.nanoseconds() - began) / 1e9) * perSecond) + 1)
    for (; sent < due; sent++) {
      const millisecond = Math.ceil(((sent / perSecond) * 1e9) / 1e6)
      lines[sent % lines.length]!.send(began + millisecond * 1e6)
    }
    for (const line of lines) line.flush()
    if (sent < total) setTimeout(send, 1)
  }
  send()
}

const lines = await Promise.all(Array.from({ length: Number(connections) }, connect))
/** The first calls of a connection meet a server that has yet to get to know it. */
const WARM_UP = 200
for (let left = WARM_UP; left > 0; left--) {
  const warm = Promise.withResolvers<void>()
  const before = micros.length
  onAnswer = () => micros.length > before && warm.resolve()
  sendNext(lines[left % lines.length]!)
  await warm.promise
}
micros.length = 0
onAnswer = () => {
  if (micros.length >= total) done.resolve()
  else if (rate === '0') sendNext(lines[0]!)
}
if (rate === '0') sendNext(lines[0]!)
else sendAtRate(lines, Number(rate))
await done.promise
micros.sort((a, b) => a - b)
const at = (part: number): number => micros[Math.floor(micros.length * part)]!
console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99), p999: at(0.999) }))
process.exit(0)
