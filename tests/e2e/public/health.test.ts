/** What users met with probes elsewhere: ready too early, never, or dead while busy. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { freePort } from '../../helpers/free-port.ts'
import { caller, texts } from '../../helpers/grpc.ts'
import { childrenOf } from '../../helpers/processes.ts'
import { until } from '../../helpers/until.ts'
import { fixture, startServer, temporaryFolder, xserve } from '../../helpers/xserve.ts'

const HEALTH = '/grpc.health.v1.Health/Check'
const SERVING = 1

/** grpc.health.v1 of the whole server, or of an executor; null: nobody listens, or has this name. */
async function healthOf(address: string, name = ''): Promise<number | null> {
  using call = caller(address)
  return await call.raw(HEALTH, Uint8Array.of(0x0a, name.length, ...Buffer.from(name)), { deadlineMs: 1000 }).then(
    ({ bytes }) => bytes[1] ?? 0,
    () => null,
  )
}

/** Lets requests through once it is open; counts those that have come. */
function gateServer() {
  let opened = Promise.withResolvers<void>()
  let asked = 0
  const server = Bun.serve({
    port: 0,
    idleTimeout: 0,
    async fetch() {
      asked++
      await opened.promise
      return new Response()
    },
  })
  return {
    url: `${server.url}`,
    asked: () => asked,
    open: () => opened.resolve(),
    shut: () => {
      opened = Promise.withResolvers()
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

// Public case 90.
test('live from the start, ready once the executor is, and what becomes of it later is told', async () => {
  await using gate = gateServer()
  using folder = temporaryFolder({
    'slow.ts': `import { Executor } from 'xserve'\nexport default class Slow extends Executor {
  static requests = { '/default': 'hello' };
  async init() { await fetch('${gate.url}') }
  hello({ docs }) { for (const doc of docs) doc.text = 'hello' }
}\n`,
  })
  const [grpc, http] = [freePort(), freePort()]
  const address = `127.0.0.1:${grpc}`
  const page = `http://127.0.0.1:${http}`
  const listen = ['--protocol', 'grpc,http', '--host', '127.0.0.1', '--port', `${grpc},${http}`]
  const starting = startServer('run', [path.join(folder.path, 'slow.ts'), ...listen])
  const status = (at: string): Promise<number | null> =>
    fetch(page + at).then(
      (answer) => answer.status,
      () => null,
    )
  const asked = ['ping', 'flow', address, '--timeout', '1000']
  const ping = async () => JSON.parse((await xserve([...asked, '--json'])).stdout)
  await until(async () => (await status('/')) === 503)
  await until(async () => (await healthOf(address)) !== null)
  expect(await healthOf(address)).not.toBe(SERVING)
  expect((await ping()).ok).toBe(false)
  gate.open()
  await using server = await starting
  expect([await status('/'), await healthOf(address), (await ping()).ok]).toEqual([200, SERVING, true])

  // The next start hangs.
  gate.shut()
  const before = gate.asked()
  process.kill(childrenOf(server.pid)[0]!, 'SIGKILL')
  await until(() => gate.asked() > before)
  expect([await status('/'), await healthOf(address), await healthOf(address, 'executor0')]).toEqual([200, SERVING, 2])
  expect(await ping()).toMatchObject({ ok: false, failing: { 'executor0/rep-0': expect.stringContaining('SIGKILL') } })
  expect((await xserve(asked)).stderr).toMatch(/does not answer[\s\S]*executor0\/rep-0 is failing: .*SIGKILL/)
  expect(await (await fetch(`${page}/status`)).text()).toMatch(/executor0\/rep-0.*SIGKILL/)
  gate.open()
  using client = new Client(address)
  expect((await client.post('/', 'x')).texts).toEqual(['hello'])
  await until(async () => !('failing' in (await ping())))
}, 30_000)

// Public case 91.
test('timeout_ready -1 waits as long as it takes', async () => {
  await using gate = gateServer()
  using folder = temporaryFolder({
    'slow.ts': `import { Executor } from 'xserve'\nexport default class Slow extends Executor {
  async init() { await fetch('${gate.url}') }
}\n`,
  })
  const file = path.join(folder.path, 'slow.ts')
  const starting = startServer('run', [file, '--timeout-ready', '-1'])
  await until(() => gate.asked() === 1)
  gate.open()
  await using server = await starting
  expect(server.stderr()).toContain('ready')
})

// Public case 92.
test('probes are answered while the executor computes without a pause, at the gateway and at a shared executor', async () => {
  const file = fixture('trouble.ts')
  // Nobody waits for the computing any more when the servers end.
  const quick = ['--drain-timeout', '200']
  await using one = await startServer('run', [file, ...quick, '--protocol', 'grpc,http', '--port', '0,0'])
  await using shared = await startServer('executor', [file, ...quick])
  for (const { address, http } of [one, shared]) {
    using call = caller(address)
    const busy = call.post('/busy', [{}], { deadlineMs: 1500 }).catch((error) => error)
    let probes = 0
    let over = false
    void busy.then(() => {
      over = true
    })
    while (!over) {
      const before = performance.now()
      expect(await healthOf(address)).toBe(SERVING)
      if (http) expect((await fetch(http)).status).toBe(200)
      expect(performance.now() - before).toBeLessThan(1000)
      probes++
    }
    expect(probes).toBeGreaterThan(5)
    expect((await busy).code).toBe(4)
  }
}, 20_000)

// Public case 93.
test('proxies of the environment are for nobody but user code: a Flow starts and answers, on every protocol', async () => {
  const proxy = 'http://127.0.0.1:9'
  const env = {
    http_proxy: proxy,
    HTTP_PROXY: proxy,
    https_proxy: proxy,
    HTTPS_PROXY: proxy,
    grpc_proxy: proxy,
    all_proxy: proxy,
    ALL_PROXY: proxy,
    no_proxy: '',
    NO_PROXY: '',
  }
  const signing = `${fixture('signing.ts')}#Signing`
  await using far = await startServer('executor', [signing, '--name', 'far'], { env })
  using folder = temporaryFolder({
    'flow.yml': `jtype: Flow\nwith: {port: [0, 0, 0], protocol: [grpc, http, websocket]}\nexecutors:
  - {name: near, uses: "${signing}"}
  - {name: far, external: true, host: localhost, port: ${far.port}}\n`,
  })
  await using flow = await startServer('flow', [path.join(folder.path, 'flow.yml')], { env })
  for (const address of [flow.address, flow.http, flow.websocket]) {
    const posted = await xserve(['post', address, '--text', 'x', '--show', 'text'], { env })
    expect([posted.code, posted.stdout]).toEqual([0, 'x>near/rep-0>far/rep-0\n'])
    expect((await xserve(['ping', 'flow', address], { env })).code).toBe(0)
  }
  using call = caller(flow.address)
  expect(texts(await call.post('/', [{ text: 'y' }]))).toEqual(['y>near/rep-0>far/rep-0'])
})
