/**
 * A program: bytes there and back. Prints one JSON line with the seconds that it took.
 * Usage: relay-load.ts ADDRESS BYTES COUNT CONNECTIONS WINDOW; messages of so many bytes, WINDOW of them under way on each connection.
 */
const [address, bytes, count, connections, window] = Bun.argv.slice(2)
const [host, port] = address!.split(':')
const size = Number(bytes)
const message = Buffer.alloc(size, 1)

async function run(total: number): Promise<void> {
  const done = Promise.withResolvers<void>()
  let toSend = total * size
  let received = 0
  /** Messages whose answer is not complete are under way. */
  const send = (socket: Bun.Socket): void => {
    for (;;) {
      const sent = total * size - toSend
      const room = Math.min(toSend, received - (received % size) + Number(window) * size - sent)
      if (room <= 0) return
      const offset = sent % size
      const taken = socket.write(message, offset, Math.min(room, size - offset))
      if (taken <= 0) return
      toSend -= taken
    }
  }
  const socket = await Bun.connect({
    hostname: host!,
    port: Number(port),
    socket: {
      data(socket, chunk) {
        received += chunk.length
        if (received === total * size) done.resolve()
        else send(socket)
      },
      drain: send,
      close: () => done.reject(new Error('the relay has closed the connection')),
    },
  })
  send(socket)
  await done.promise
  socket.terminate()
}

const each = Math.ceil(Number(count) / Number(connections))
const began = performance.now()
await Promise.all(Array.from({ length: Number(connections) }, () => run(each)))
const requests = each * Number(connections)
console.log(JSON.stringify({ requests, seconds: (performance.now() - began) / 1000 }))
process.exit(0)

export {}
