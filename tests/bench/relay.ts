/**
 * A program: the least that carries a message through two processes and back, TCP → Unix socket → TCP, without a look at it.
 * The mark for large messages. `relay echo PATH` is its second process.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Pipe {
  to: Bun.Socket<Pipe> | null
  /** Not taken by `to` yet. */
  rest: Buffer
}

/** What comes goes to the other side; a side that does not keep up holds the other one back. */
const piping: Bun.SocketHandler<Pipe> = {
  data(socket, bytes) {
    const { data } = socket
    if (data.to === null || data.rest.length > 0) data.rest = Buffer.concat([data.rest, bytes])
    else {
      const taken = data.to.write(bytes)
      if (taken < bytes.length) data.rest = Buffer.from(bytes.subarray(Math.max(taken, 0)))
    }
    if (data.rest.length > 0) socket.pause()
  },
  drain(socket) {
    const from = socket.data.to
    if (from !== null) flush(from)
  },
  close(socket) {
    socket.data.to?.end()
  },
}

/** Sends on what came of `from` and was not taken. */
function flush(from: Bun.Socket<Pipe>): void {
  const { data } = from
  if (data.rest.length > 0) data.rest = data.rest.subarray(Math.max(data.to!.write(data.rest), 0))
  if (data.rest.length === 0) from.resume()
}

const createPipe = (to: Bun.Socket<Pipe> | null): Pipe => ({ to, rest: Buffer.alloc(0) })

const [mode, given] = process.argv.slice(-2)
if (mode === 'echo') {
  Bun.listen<Pipe>({
    unix: given!,
    socket: {
      ...piping,
      open(socket) {
        socket.data = createPipe(socket)
      },
    },
  })
  process.stdout.write('ready\n')
} else {
  const unix = join(tmpdir(), `xserve-relay-${process.pid}.sock`)
  const second = Bun.spawn([process.execPath, 'echo', unix], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BUN_FEATURE_FLAG_NO_ORPHANS: '1' },
  })
  await second.stdout.getReader().read()
  const listener = Bun.listen<Pipe>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...piping,
      open(socket) {
        socket.data = createPipe(null)
        void Bun.connect<Pipe>({ unix, socket: piping, data: createPipe(socket) }).then((other) => {
          socket.data.to = other
          flush(socket)
        })
      },
    },
  })
  process.stdout.write(`127.0.0.1:${listener.port}\n`)
}
