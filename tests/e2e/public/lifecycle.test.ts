/** What users met at the ends of servers elsewhere: orphans, calls that are cut, streams that hold up the end. */
import { expect, test } from 'bun:test'
import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { caller, texts } from '../../helpers/grpc.ts'
import { childrenOf, gone } from '../../helpers/processes.ts'
import { openStreamDoc } from '../../helpers/stream-doc.ts'
import { until } from '../../helpers/until.ts'
import { fixture, startServer, temporaryFolder } from '../../helpers/xserve.ts'

const HEAD = "import { Executor } from 'xserve'\n"

// Public case 27.
test('five restarts leave as many processes as before, and the death of the parent none; its port is free', async () => {
  const yml = (word: string) => `jtype: Tells\npy_modules: [tells.ts]\nwith: {word: ${word}}\n`
  using folder = temporaryFolder({
    'tells.ts': `${HEAD}export class Tells extends Executor {
  static requests = { '/default': 'tell' };
  constructor({ word }) { super(); this.word = word }
  tell({ docs }) { for (const doc of docs) doc.text = this.word }
}\n`,
    'exec.yml': yml('w0'),
    'flow.yml': 'jtype: Flow\nwith: {port: 0}\nexecutors:\n  - {name: a, uses: exec.yml, replicas: 2, restart: true}\n',
  })
  const at = (name: string) => path.join(folder.path, name)
  const server = await startServer('flow', [at('flow.yml')])
  using client = new Client(server.address)
  for (let round = 1; round <= 5; round++) {
    writeFileSync(at('exec.tmp'), yml(`w${round}`))
    renameSync(at('exec.tmp'), at('exec.yml'))
    // Both replicas: they take turns.
    let inARow = 0
    await until(async () => {
      inARow = (await client.post('/', '')).texts[0] === `w${round}` ? inARow + 1 : 0
      return inARow === 4
    })
    await until(() => childrenOf(server.pid).length === 2)
  }
  const workers = childrenOf(server.pid)
  const killed = performance.now()
  server.signal('SIGKILL')
  await server.exited
  for (const pid of workers) await gone(pid)
  expect(performance.now() - killed).toBeLessThan(2000)
  Bun.listen({ hostname: '127.0.0.1', port: server.port, socket: { data() {} } }).stop(true)
  await server.stop()
}, 30_000)

// Public case 28.
test('a call under way is answered at the end, new ones are refused, and the end comes right after it', async () => {
  const held = Promise.withResolvers<void>()
  await using gate = Bun.serve({ port: 0, fetch: () => held.promise.then(() => new Response()) })
  using folder = temporaryFolder({
    'waits.ts': `${HEAD}export default class extends Executor {
  static requests = { '/default': 'wait', '/quick': 'quick' };
  async wait({ docs }) { this.logger.info('holds the call'); await fetch('${gate.url}'); for (const doc of docs) doc.text = 'done' }
  quick() {}
}\n`,
  })
  const listen = ['--protocol', 'grpc,http', '--port', '0,0', '--drain-timeout', '20000']
  const server = await startServer('run', [path.join(folder.path, 'waits.ts'), ...listen])
  using call = caller(server.address)
  using late = caller(server.address)
  await late.post('/quick', [{}])
  const overGrpc = call.post('/', [{}])
  const overHttp = fetch(`${server.http}/post`, {
    method: 'POST',
    body: JSON.stringify({ data: [{ text: '' }] }),
    headers: { 'content-type': 'application/json' },
  })
  await server.seen(/(holds the call[\s\S]*){2}/)
  server.signal('SIGTERM')
  await server.seen('finishing the calls')
  // Those that come before the caller has heard of it are answered.
  const codeOf = async (): Promise<number> =>
    late.post('/quick', [{}]).then(
      () => 0,
      ({ code }) => code,
    )
  await until(async () => (await codeOf()) === 14)
  const refused = await fetch(`${server.http}/status`).then(
    ({ status }) => status,
    () => 'refused',
  )
  expect([503, 'refused']).toContain(refused)
  const released = performance.now()
  held.resolve()
  expect(texts(await overGrpc)).toEqual(['done'])
  expect(((await (await overHttp).json()) as { data: { text: string }[] }).data[0]!.text).toBe('done')
  expect(await server.exited).toBe(0)
  expect(performance.now() - released).toBeLessThan(5000)
  await server.stop()
}, 30_000)

// Public case 30.
test('endless streams over all protocols are ended with the reason, and the server ends well', async () => {
  const listen = ['--protocol', 'grpc,http,websocket', '--port', '0,0,0', '--drain-timeout', '500']
  const server = await startServer('run', [fixture('streaming.ts'), ...listen])
  using call = caller(server.address)
  const stream = openStreamDoc(call.client, '/endless', { text: 'x' })
  const ended = new Promise<{ code: number }>((resolve) => stream.on('error', (error) => resolve(error as never)))
  await stream[Symbol.asyncIterator]().next()
  stream.resume()
  const others = [server.http, server.websocket].map(async (address) => {
    const client = new Client(address)
    const begun = Promise.withResolvers<void>()
    const end = (async () => {
      for await (const _ of client.streamDoc('/endless', 'x')) begun.resolve()
    })().catch((error) => error)
    await begun.promise
    return { end }
  })
  const open = await Promise.all(others)
  const before = performance.now()
  expect(await server.stop()).toBe(0)
  expect(performance.now() - before).toBeLessThan(3500)
  expect([1, 14]).toContain((await ended).code)
  for (const { end } of open) expect(['UNAVAILABLE', 'DRAINING', 'CANCELLED']).toContain((await end).code)
})
