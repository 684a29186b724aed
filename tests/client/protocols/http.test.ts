import { expect, test } from 'bun:test'
import { listen } from 'bun'
import { Client } from '../../../lib/client/client.ts'
import { answerOf, startWebServer } from '../web-server.ts'

const ask = async (status: number, body: string) => {
  await using server = startWebServer({ post: () => new Response(body, { status }) })
  using client = new Client(`http://${server.address}`)
  const error = (await client.post('/', 'a').catch((thrown) => thrown)) as Error & { code: string }
  return [error.code, error.message.replace(server.address, 'SERVER')]
}
const detail = '{"detail":[{"loc":["body","data",0,"text"],"msg":"str type expected"},{"loc":["body"],"msg":"extra"}]}'

test.each([
  [422, detail, 'BAD_REQUEST', 'data.0.text: str type expected; : extra'],
  [400, '{"detail":"no such thing"}', 'BAD_REQUEST', 'no such thing'],
  [400, '{"code":"BAD_REQUEST","message":"data[0]: why"}', 'BAD_REQUEST', 'data[0]: why'],
  [404, '{"detail":"Not Found"}', 'UNKNOWN_METHOD', 'Not Found'],
  [413, '', 'TOO_LARGE', 'without a reason'],
  [429, 'slow down', 'OVERLOADED', 'slow down'],
  [500, 'Internal Server Error', 'ANSWER_FAILED', 'Internal Server Error'],
  [
    503,
    '{"header":{"status":{"code":1,"description":"executor0 is down"}},"data":[]}',
    'UNAVAILABLE',
    'executor0 is down',
  ],
  [504, '{"x":1}', 'DEADLINE', '{"x":1}'],
  [302, 'elsewhere', 'BAD_REQUEST', 'elsewhere'],
])('status %d with %s is %s', async (status, body, code, reason) => {
  expect(await ask(status, body)).toEqual([code, `SERVER answered HTTP status ${status}: ${reason}`])
})

test.each(['', 'hello', '[]', '{"a":1}', 'null'])('%p with status 200 is no answer', async (body) => {
  expect((await ask(200, body))[0]).toBe('BAD_REQUEST')
})

test('128 calls go side by side at most', async () => {
  let open = 0
  let most = 0
  await using server = startWebServer({
    async post(body) {
      most = Math.max(most, ++open)
      await Bun.sleep(1)
      open--
      return answerOf(body)
    },
  })
  using client = new Client(`http://${server.address}`)
  const docs = await client.post(
    '/',
    Array.from({ length: 400 }, (_, i) => `${i}`),
    { requestSize: 1 },
  )
  expect(docs.length).toBe(400)
  expect(most).toBeGreaterThan(32)
  expect(most).toBeLessThanOrEqual(128)
})

test('proxies of the environment are not asked', async () => {
  await using server = startWebServer()
  const script = `const { Client } = await import(${JSON.stringify(`${import.meta.dir}/../../../lib/client/client.ts`)})
    const docs = await new Client('http://${server.address}').post('/', 'direct')
    process.stdout.write(docs.texts[0]); process.exit(0)`
  const env = { ...process.env, HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1' }
  const child = Bun.spawn([process.execPath, '-e', script], { env, stdout: 'pipe', stderr: 'inherit' })
  expect(await new Response(child.stdout).text()).toBe('direct')
})

test('what is there speaks no HTTP', async () => {
  using server = listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.end('hello\r\n\r\n') },
  })
  for (const scheme of ['http', 'ws']) {
    using client = new Client(`${scheme}://127.0.0.1:${server.port}`)
    const error = (await client.post('/', 'a').catch((thrown) => thrown)) as { code: string }
    expect(['UNREACHABLE', 'UNAVAILABLE']).toContain(error.code)
  }
})
