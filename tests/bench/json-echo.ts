/** A program: the least a JSON server on Bun.serve can do, which is to read a body and to write it again. The mark for HTTP. */
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => Response.json(await request.json()),
})
process.stdout.write(`127.0.0.1:${server.port}\n`)

export {}
