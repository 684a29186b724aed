/** Several protocols of one server: where they listen, what each says of the others, starts that fail. */

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { freePort } from '../helpers/free-port.ts'
import { fixture, type RunOptions, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const FILE = fixture('my_executor.ts')

/** `open`, or `closed` when the far end did not want it. */
function openWebSocket(url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    socket.onopen = () => {
      resolve('open')
      socket.close()
    }
    socket.onclose = () => resolve('closed')
  })
}

async function postOverGrpc(address: string): Promise<string | null | undefined> {
  const client = new Client(`grpc://${address}`)
  const docs = await client.post('/', ['x'])
  client.close()
  return docs[0]!.text
}

const failing = async (args: readonly string[], options?: RunOptions) => {
  const done = await xserve(args, options)
  expect(done.stdout).toBe('')
  return done
}

describe('listening', () => {
  test('each protocol has its port, in the order given, and the port file tells them', async () => {
    using folder = temporaryFolder()
    const file = path.join(folder.path, 'ports')
    await using server = await startServer('run', [
      FILE,
      '--protocol',
      'HTTP,grpc',
      '--protocol',
      'ws',
      '--port-file',
      file,
    ])
    expect(await postOverGrpc(server.address)).toBeString()
    const answer = await fetch(server.http)
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    expect(await openWebSocket(`${server.websocket}/`)).toBe('open')
    const ports = [server.http, server.address, server.websocket].map((url) => url.split(':').at(-1))
    expect(new Set(ports).size).toBe(3)
    await server.seen(`docs       ${server.http}/docs`)
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe(ports.map((port) => `127.0.0.1:${port}\n`).join(''))
    expect(await server.stop()).toBe(0)
  })

  test('one port for http and websocket serves both', async () => {
    const port = freePort()
    await using server = await startServer('run', [FILE, '--protocol', 'websocket,http', '--port', String(port)])
    expect([server.http, server.websocket, server.address]).toEqual([
      `http://127.0.0.1:${port}`,
      `ws://127.0.0.1:${port}`,
      '',
    ])
    expect((await fetch(server.http)).status).toBe(200)
    expect(await openWebSocket(`${server.websocket}/`)).toBe('open')
    expect(await server.stop()).toBe(0)
  })

  // Public case 96.
  test('one port for all serves all', async () => {
    const port = freePort()
    await using server = await startServer('run', [FILE, '--protocol', 'grpc,http,websocket', '--port', String(port)])
    const at = `127.0.0.1:${port}`
    expect([server.address, server.http, server.websocket]).toEqual([at, `http://${at}`, `ws://${at}`])
    expect(await postOverGrpc(server.address)).toBeString()
    expect((await fetch(server.http)).status).toBe(200)
    expect(await openWebSocket(`${server.websocket}/`)).toBe('open')
    expect(await server.stop()).toBe(0)
  })

  // Without the address of its own a machine has no IPv6.
  test.if(Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1')))(
    'IPv6, each protocol and all on one port',
    async () => {
      for (const port of ['0,0,0', String(freePort())]) {
        await using server = await startServer('run', [
          ...[FILE, '--host', '::1', '--protocol', 'grpc,http,ws', '--port', port],
        ])
        expect(server.address).toMatch(/^\[::1\]:\d+$/)
        expect(await postOverGrpc(server.address)).toBeString()
        expect((await fetch(`${server.http}/`)).status).toBe(200)
        expect(await openWebSocket(server.websocket)).toBe('open')
      }
    },
  )

  test('health over HTTP says no until the executor is ready', async () => {
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    await using gate = Bun.serve({
      port: 0,
      async fetch() {
        reached.resolve()
        await released.promise
        return new Response()
      },
    })
    using folder = temporaryFolder({
      'slow.ts': `import { Executor } from 'xserve'\nexport default class Slow extends Executor {\n  async init() { await fetch('${gate.url}') }\n}\n`,
    })
    const port = freePort()
    const args = ['slow.ts', '--protocol', 'http', '--host', '127.0.0.1', '--port', String(port)]
    const starting = startServer('run', args, { cwd: folder.path })
    await reached.promise
    const ask = async (): Promise<Response> => fetch(`http://127.0.0.1:${port}/`).catch(ask)
    const early = await ask()
    expect([early.status, early.headers.get('retry-after'), await early.json()]).toEqual([
      503,
      '1',
      { detail: 'starting: the executor is not ready yet' },
    ])
    released.resolve()
    await using server = await starting
    expect((await fetch(server.http)).status).toBe(200)
  })
})

describe('the wrong protocol', () => {
  test('is told what the port speaks', async () => {
    await using server = await startServer('run', [FILE, '--protocol', 'grpc,http,websocket'])
    const onGrpc = await fetch(`http://${server.address}/post`, { method: 'POST', body: '{}' })
    expect(onGrpc.status).toBe(400)
    expect(await onGrpc.text()).toContain('this port speaks gRPC')
    const plain = server.websocket.replace('ws:', 'http:')
    const onWebSocket = await fetch(`${plain}/post`, { method: 'POST', body: '{}' })
    expect([onWebSocket.status, onWebSocket.headers.get('upgrade')]).toEqual([426, 'websocket'])
    expect(await onWebSocket.text()).toContain('this port speaks WebSocket')
    expect((await fetch(plain)).status).toBe(200)
    expect(await openWebSocket(server.http.replace('http:', 'ws:'))).toBe('closed')
  })
})

describe('limits', () => {
  test('--max-message-bytes is that of HTTP, too', async () => {
    await using server = await startServer('run', [FILE, '--protocol', 'http', '--max-message-bytes', '1000'])
    const body = JSON.stringify({ data: [{ text: 'x'.repeat(1000) }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${server.http}/post`, { method: 'POST', body, headers })).status).toBe(413)
  })
})

describe('starts that fail', () => {
  // Public case 96.
  test.each([
    [['--protocol', 'grpc,http,ws', '--port', '5000,5000'], 'differ in number'],
    [['--protocol', 'grpc,htpp'], 'did you mean http?'],
    [['--protocol', 'http', '--expose-endpoints', '{'], 'no valid JSON'],
    [['--ssl-certfile', 'a.pem'], '--ssl-certfile is given without --ssl-keyfile'],
    [['--ssl-keyfile', 'a.key'], '--ssl-keyfile is given without --ssl-certfile'],
  ])('%j is a usage error', async (args, part) => {
    const done = await failing(['run', FILE, ...args])
    expect([done.code, done.stderr]).toEqual([2, expect.stringContaining(part)])
  })

  test('a shared executor refuses the other protocols, and says that their options have no effect', async () => {
    const http = await failing(['executor', FILE, '--protocol', 'http'])
    expect([http.code, http.stderr]).toEqual([
      2,
      expect.stringContaining('a shared executor serves grpc only, not http'),
    ])
    await using cors = await startServer('executor', [FILE, '--cors'])
    expect(cors.stderr()).toContain('--cors has no effect: a shared executor serves no HTTP')
  })

  test('one port in use ends all of it', async () => {
    await using taken = await startServer('run', [FILE, '--protocol', 'http'])
    const port = taken.http.split(':').at(-1)!
    const done = await failing(['run', FILE, '--protocol', 'grpc,http', '--port', `0,${port}`])
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('[PORT_IN_USE]')
    expect(done.stderr).toContain(port)
  })

  test('options without an effect are told', async () => {
    await using server = await startServer('run', [FILE, '--cors', '--no-crud-endpoints'])
    expect(server.stderr()).toContain('--no-crud-endpoints, --cors have no effect: without --protocol http')
  })
})
