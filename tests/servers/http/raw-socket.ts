/** A socket that sends exactly the bytes it is given, and keeps all that comes. */
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface RawSocket {
  write(bytes: string | Uint8Array): void
  /** Waits until what came and was not taken yet has the text in it, and takes all up to its end. */
  until(text: string): Promise<string>
  /** Waits for so many bytes and takes them. */
  bytes(count: number): Promise<Buffer>
  /** All that comes until the far end hangs up. */
  rest(): Promise<string>
  pause(): void
  resume(): void
  /** Sends FIN. */
  end(): void
  /** Also used as `close` of a test. */
  close(): void
}

/** Text of an answer up to the end of its body, whose length is known. */
export async function readAnswer(socket: RawSocket): Promise<{ head: string; body: string }> {
  const head = await socket.until('\r\n\r\n')
  const length = Number(/^content-length: (\d+)/m.exec(head)?.[1] ?? 0)
  return { head, body: (await socket.bytes(length)).toString() }
}

export async function openRawSocket(port: number, tls = false): Promise<RawSocket> {
  const options = { port, host: '127.0.0.1', allowHalfOpen: true }
  const socket = tls
    ? connectTls({ ...options, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    : connect(options)
  let held = Buffer.alloc(0)
  let ended = false
  let wake: () => void = () => {}
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    wake()
  })
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      ended = true
      wake()
    })
  }
  await new Promise((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve)
    socket.once('error', reject)
  })
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  const take = (count: number): Buffer => {
    const taken = held.subarray(0, count)
    held = held.subarray(count)
    return taken
  }
  return {
    write: (bytes) => void socket.write(bytes),
    async until(text) {
      for (;;) {
        const at = held.indexOf(text)
        if (at !== -1) return take(at + Buffer.byteLength(text)).toString()
        if (ended) throw new Error(`the far end hung up before ${JSON.stringify(text)}; it said ${held.toString()}`)
        await change()
      }
    },
    async bytes(count) {
      while (held.length < count) {
        if (ended) throw new Error(`the far end hung up after ${held.length} of ${count} bytes`)
        await change()
      }
      return take(count)
    },
    async rest() {
      while (!ended) await change()
      return take(held.length).toString()
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  }
}
