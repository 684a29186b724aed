/** The program at a Unix socket: every protocol by one file, clients of every kind, a Flow of such executors. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { fixture, type Server, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const folder = temporaryFolder({})
const at = (name: string) => path.join(folder.path, name)
const [one, flow] = [`unix:${at('one')}`, `unix:${at('flow')}`]
let server: Server

beforeAll(async () => {
  const options = ['--protocol', 'grpc,http,websocket', '--host', one]
  server = await startServer('run', [fixture('my_executor.ts'), '--port', '0', ...options])
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
  expect(existsSync(at('one'))).toBe(false)
  folder[Symbol.dispose]()
})

describe('at one file', () => {
  test.each(['grpc', 'http', 'websocket'])('%s', async (protocol) => {
    const { code, stdout } = await xserve(['post', one, '--protocol', protocol, '--on', '/foo', '--text', 'hi'])
    expect({ code, text: JSON.parse(stdout).text }).toEqual({ code: 0, text: 'executed MyExec' })
    expect((await xserve(['ping', 'gateway', one])).code).toBe(0)
  })

  test('connections do not take each other for the same', async () => {
    const clients = Array.from({ length: 4 }, () => new Client({ host: one, protocol: 'grpc' }))
    const answers = await Promise.all(clients.map((client) => client.post('/foo', [{}])))
    expect(answers.flatMap((docs) => docs.texts)).toEqual(Array(4).fill('executed MyExec'))
    for (const client of clients) client.close()
  })

  test('the banner tells it, and no page that a browser could not open', () => {
    expect(server.stderr()).toContain(`gRPC       ${one}`)
    expect(server.stderr()).not.toContain('/docs')
  })

  test('another program is kept off', async () => {
    const { code, stderr } = await xserve(['run', fixture('my_executor.ts'), '--host', one])
    expect([code, stderr]).toEqual([1, expect.stringContaining('another program listens on unix:')])
  })
})

test.each([
  { args: ['--host', 'unix:x', '--port', '5'], says: '--port 5 has no meaning' },
  { args: ['--host', 'unix:'], says: '--host unix: cannot be' },
  { args: ['--host', `unix:${'x'.repeat(200)}`], says: 'its path has 200 bytes' },
])('$args is refused', async ({ args, says }) => {
  const { code, stderr } = await xserve(['run', fixture('my_executor.ts'), ...args])
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)])
})

test.each(['grpc', 'http', 'websocket'])('nobody there, by %s', async (protocol) => {
  const { code, stderr } = await xserve(['post', `unix:${at('nobody')}`, '--protocol', protocol, '--text', 'a'])
  expect([code, stderr]).toEqual([3, expect.stringContaining('no such socket is there')])
})

test('a Flow whose executor is elsewhere on this machine: it goes, and comes back', async () => {
  const yaml = at('flow.yml')
  await Bun.write(
    yaml,
    `jtype: Flow\nwith: {host: '${flow}'}\nexecutors: [{name: a, external: true, host: 'unix:${at('away')}'}]\n`,
  )
  const begin = () =>
    startServer('executor', [fixture('my_executor.ts'), '--port', '0', '--host', `unix:${at('away')}`])
  let executor = await begin()
  await using running = await startServer('flow', [yaml])
  using client = new Client({ host: flow })
  expect((await client.post('/foo', [{}])).texts).toEqual(['executed MyExec'])
  executor.signal('SIGKILL')
  await executor.exited
  await running.seen(/a at unix:\S+ has gone/)
  executor = await begin()
  await running.seen(/a is back at unix:/)
  expect((await client.post('/foo', [{}])).texts).toEqual(['executed MyExec'])
  await executor.stop()
})
