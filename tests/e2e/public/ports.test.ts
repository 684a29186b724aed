/** A port is one server's: a second one does not start on it, whatever the addresses and protocols, and says who is in its way. */
import { describe, expect, test } from 'bun:test'
import { networkInterfaces } from 'node:os'
import { Client } from '../../../lib/client/client.ts'
import { fixture, type Server, startServer, xserve } from '../../helpers/xserve.ts'

const FILE = fixture('my_executor.ts')
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

/** Both on one port: the first on `first`, the second with these words. */
async function second(first: readonly string[], words: (port: number) => readonly string[]) {
  await using server: Server = await startServer('run', [FILE, ...first])
  const port = Number((server.address || server.http || server.websocket).split(':').at(-1))
  const before = performance.now()
  const done = await xserve(['run', FILE, ...words(port)], { timeoutMs: 10_000 })
  const ms = performance.now() - before
  // The first one has all the calls.
  if (server.address) {
    using client = new Client(`127.0.0.1:${port}`)
    for (let i = 0; i < 10; i++) expect((await client.post('/', 'Ada')).texts).toEqual(['executed MyExec'])
  }
  return { ...done, port, ms }
}

// Public case 66.
describe('a port that is taken', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['by the same', [], []],
    ['by all addresses, for one', ['--host', '0.0.0.0'], ['--host', '127.0.0.1']],
    ['by one, for all addresses', ['--host', '127.0.0.1'], ['--host', '0.0.0.0']],
    ['by localhost, for its number', ['--host', 'localhost'], ['--host', '127.0.0.1']],
    ['for another protocol', [], ['--protocol', 'http']],
    ['by several protocols, for one', ['--protocol', 'http,grpc', '--port', '0,0'], ['--protocol', 'websocket']],
    ['for a server with --reload', [], ['--reload']],
    ['by a server with --reload', ['--reload'], []],
  ])('%s', async (_, first, words) => {
    const { code, stderr, port, ms } = await second(first, (at) => [...words, '--port', `${at}`])
    expect([code, stderr]).toEqual([1, expect.stringContaining('[PORT_IN_USE]')])
    expect(stderr).toContain(`${port}`)
    expect(ms).toBeLessThan(5000)
  })

  test.if(hasIpv6)('on IPv6, too', async () => {
    await using server = await startServer('run', [FILE, '--host', '::1'])
    const done = await xserve(['run', FILE, '--host', '::1', '--port', `${server.port}`], { timeoutMs: 10_000 })
    expect([done.code, done.stderr]).toEqual([1, expect.stringContaining('[PORT_IN_USE]')])
  })

  test('is free again at once when its server has ended', async () => {
    const first = await startServer('run', [FILE])
    using client = new Client(first.address)
    await client.post('/', 'Ada')
    const { port } = first
    await first.stop()
    await using again = await startServer('run', [FILE, '--port', `${port}`])
    expect(again.port).toBe(port)
  })
})
