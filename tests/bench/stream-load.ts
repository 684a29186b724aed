/**
 * A program: streams without a library in the way, which would be what is measured. Prints one JSON line.
 * Usage: stream-load.ts ADDRESS FILE COUNT STREAMS WINDOW; FILE holds one request, each stream has a connection of its own and
 * WINDOW requests unanswered at any time.
 */
import { callFields, data, headers, message, preface, windowUpdate } from '../servers/grpc/http2/peer.ts'
import { STREAM_PATH } from './paths.ts'

const [address, file, count, streams, window] = Bun.argv.slice(2)
const [host, port] = address!.split(':')
const request = data(1, message(await Bun.file(file!).bytes()))
const LARGEST_WINDOW = 2 ** 31 - 1
const DATA = 0
const RST_STREAM = 3
const GOAWAY = 7
const FRAME_HEAD = 9
const MESSAGE_HEAD = 5
/** Requests that are written together at most. */
const MOST_AT_ONCE = 256
const many = Buffer.concat(Array.from({ length: MOST_AT_ONCE }, () => request))

/** Counts whole messages in the DATA frames of one stream, however they are cut. */
class AnswerCounter {
  answers = 0
  private held: Buffer = Buffer.alloc(0)
  /** Bytes of the message under way; its head counts, too. */
  private left = 0
  private head = 0
  private length = 0

  push(chunk: Buffer): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk])
    let at = 0
    while (bytes.length - at >= FRAME_HEAD) {
      const length = bytes.readUIntBE(at, 3)
      const end = at + FRAME_HEAD + length
      if (end > bytes.length) break
      const type = bytes[at + 3]!
      if (type === RST_STREAM || type === GOAWAY) throw new Error(`frame ${type}: ${bytes.toString('latin1', at, end)}`)
      if (type === DATA) this.count(bytes, at + FRAME_HEAD, end)
      at = end
    }
    this.held = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at))
  }

  private count(bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      if (this.left > 0) {
        const taken = Math.min(this.left, to - at)
        this.left -= taken
        at += taken
      } else {
        // The first byte of a head says whether the message is compressed, the others are its length.
        if (this.head > 0) this.length = this.length * 256 + bytes[at]!
        at++
        if (++this.head < MESSAGE_HEAD) continue
        this.left = this.length
        this.length = 0
        this.head = 0
      }
      if (this.left === 0 && this.head === 0) this.answers++
    }
  }
}

async function stream(total: number, inFlight: number): Promise<void> {
  const done = Promise.withResolvers<void>()
  const counter = new AnswerCounter()
  let sent = 0
  let waiting: Buffer = Buffer.alloc(0)

  const write = (socket: Bun.Socket): void => {
    const taken = socket.write(waiting)
    if (taken < 0) done.reject(new Error('the server has closed the connection'))
    else waiting = waiting.subarray(taken)
  }
  /** As many as have been answered. */
  const refill = (socket: Bun.Socket): void => {
    const wanted = Math.min(total - sent, counter.answers + inFlight - sent)
    if (wanted === 0 || waiting.length > 0) return
    sent += Math.min(wanted, MOST_AT_ONCE)
    waiting = many.subarray(0, request.length * Math.min(wanted, MOST_AT_ONCE))
    write(socket)
  }
  const socket = await Bun.connect({
    hostname: host!,
    port: Number(port),
    socket: {
      data(socket, bytes) {
        try {
          counter.push(bytes)
        } catch (error) {
          done.reject(error)
        }
        if (counter.answers >= total) done.resolve()
        else refill(socket)
      },
      drain(socket) {
        write(socket)
        refill(socket)
      },
      close: () => done.reject(new Error(`the connection was closed after ${counter.answers} of ${total} answers`)),
    },
  })
  waiting = Buffer.concat([
    preface([[4, LARGEST_WINDOW]]),
    windowUpdate(0, LARGEST_WINDOW - 65_535),
    headers(1, callFields(STREAM_PATH)),
  ])
  write(socket)
  refill(socket)
  await done.promise
  socket.terminate()
}

const each = Math.ceil(Number(count) / Number(streams))
const began = performance.now()
await Promise.all(Array.from({ length: Number(streams) }, () => stream(each, Number(window))))
console.log(JSON.stringify({ requests: each * Number(streams), seconds: (performance.now() - began) / 1000 }))
process.exit(0)
