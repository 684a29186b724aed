/** TLS over each protocol, and ports of another one: what works, and that what does not says why. */
import { afterAll, describe, expect, test } from 'bun:test'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { fixture, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'
import { makeCertificates, type Pair } from './certificates.ts'
import { startGrpcServer } from './grpc-server.ts'
import { startWebServer } from './web-server.ts'

const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const { ca, good, wrongName, expired } = makeCertificates(folder.path)

const start = async (scheme: string, tls?: Pair) => {
  const behaviour = tls ? { tls } : {}
  return scheme.startsWith('grpc') ? startGrpcServer(behaviour) : startWebServer(behaviour)
}
const plainOf = (scheme: string) => ({ grpcs: 'grpc', https: 'http', wss: 'ws' })[scheme]!

describe.each(['grpcs', 'https', 'wss'])('%s', (scheme) => {
  const messageOf = async (address: string, tls?: { ca: string }) => {
    using client = new Client(tls ? { host: address, tls } : address)
    const error = (await client.post('/', 'a', { maxAttempts: 3 }).catch((thrown) => thrown)) as Error & {
      code?: string
    }
    return [error.code, error.message]
  }

  test.each(['localhost', '127.0.0.1'])('an authority of our own, server named %s', async (host) => {
    await using server = await start(scheme, good)
    using client = new Client({ host: `${scheme}://${host}:${server.port}`, tls: { ca } })
    expect((await client.post('/', ['a', 'b'])).texts).toEqual(['a', 'b'])
  })

  test.each([
    ['an authority nobody trusts', good, undefined, 'its certificate is signed by Test Authority, who is not trusted'],
    ['a certificate of the past', expired, { ca }, /its certificate expired on \d{4}-\d\d-\d\d$/],
    ['the name of another', wrongName, { ca }, 'its certificate is for other.example, 10.0.0.1, not for localhost'],
    ['no TLS on the port', undefined, { ca }, 'it does not speak TLS on this port'],
  ] as const)('%s', async (_, pair, tls, expected) => {
    await using server = await start(scheme, pair)
    const [code, message] = await messageOf(`${scheme}://localhost:${server.port}`, tls)
    expect(code).toBe('UNREACHABLE')
    expect(message).toStartWith(`no connection to localhost:${server.port}: `)
    if (typeof expected === 'string') expect(message).toContain(expected)
    else expect(message).toMatch(expected)
  })

  test('a TLS port spoken to without', async () => {
    await using server = await start(scheme, good)
    const [code, message] = await messageOf(`${plainOf(scheme)}://127.0.0.1:${server.port}`)
    expect([code, message]).toEqual([
      'UNREACHABLE',
      `no connection to 127.0.0.1:${server.port}: it speaks TLS, and was spoken to without`,
    ])
  })

  test('the commands: --ca FILE', async () => {
    await using server = await start(scheme, good)
    const address = `${scheme}://localhost:${server.port}`
    const file = path.join(folder.path, 'ca.pem')
    const posted = await xserve(['post', address, '--ca', file, '--text', 'a', '--show', 'text'])
    expect([posted.code, posted.stdout, posted.stderr]).toEqual([0, 'a\n', ''])
    const refused = await xserve(['post', address, '--text', 'a'])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('signed by Test Authority, who is not trusted')
    expect(refused.stderr).toContain('--ca FILE')
    if (scheme === 'grpcs') return
    const pinged = await xserve(['ping', 'gateway', address, '--ca', file])
    expect(pinged.stderr).toBe('')
    expect(pinged.code).toBe(0)
    const unknown = await xserve(['ping', 'gateway', address])
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('who is not trusted')])
  })
})

test('a file that is no certificate is refused', async () => {
  const key = path.join(folder.path, 'good.key')
  const done = await xserve(['post', 'grpcs://localhost:5', '--ca', key])
  expect([done.code, done.stderr]).toEqual([2, expect.stringContaining('holds no certificate in PEM form')])
})

describe('a port of another protocol', () => {
  const GRPC = 'it speaks gRPC (HTTP/2), and no '
  const HTTP = 'it speaks HTTP/1.1, and no gRPC (HTTP/2)'
  test.each([
    ['grpc', 'http', HTTP, 'write http:// or ws://, or call its gRPC port'],
    ['grpcs', 'https', HTTP, 'write https:// or wss://, or call its gRPC port'],
    ['http', 'grpc', `${GRPC}HTTP/1.1`, 'write grpc://, or call its HTTP port'],
    ['https', 'grpcs', `${GRPC}HTTP/1.1`, 'write grpcs://, or call its HTTP port'],
    ['ws', 'grpc', `${GRPC}WebSocket`, 'write grpc://, or call its WebSocket port'],
    ['wss', 'grpcs', `${GRPC}WebSocket`, 'write grpcs://, or call its WebSocket port'],
  ])('%s at %s', async (scheme, served, what, hint) => {
    await using server = await start(served, served.endsWith('s') ? good : undefined)
    const host = `${scheme}://localhost:${server.port}`
    using client = new Client(served.endsWith('s') ? { host, tls: { ca } } : host)
    expect(await client.post('/', 'a').catch((thrown) => thrown)).toMatchObject({
      code: 'UNREACHABLE',
      message: `no connection to localhost:${server.port}: ${what}`,
      details: { hint },
    })
  })

  test.each(['grpc', 'ws'])('%s at our own servers of one protocol alone, and at one of none', async (scheme) => {
    const [other, wanted] = scheme === 'grpc' ? ['http', 'no gRPC'] : ['grpc', 'no WebSocket']
    await using server = await startServer('run', [fixture('my_executor.ts'), '--protocol', other])
    const place = other === 'http' ? server.http.replace('http://', '') : server.address
    expect((await xserve(['ping', 'gateway', `${scheme}://${place}`])).code).toBe(1)
    const { code, stderr } = await xserve(['post', `${scheme}://${place}`, '--text', 'a'])
    expect([code, stderr]).toEqual([3, expect.stringContaining(wanted)])
    const greeter = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-x\r\n'))
    await new Promise<void>((resolve) => greeter.listen(0, '127.0.0.1', resolve))
    const { port } = greeter.address() as AddressInfo
    using client = new Client(`${scheme}://127.0.0.1:${port}`)
    const error = await client.post('/', 'a').catch((thrown) => thrown)
    greeter.close()
    expect(error.message).toContain('what is there begins with "SSH-2.0-x"')
  })

  test('a WebSocket client at an HTTP port', async () => {
    await using server = await startServer('run', [fixture('my_executor.ts'), '--protocol', 'http'])
    const { stderr } = await xserve(['post', server.http.replace('http', 'ws'), '--text', 'a'])
    expect(stderr).toContain('it speaks HTTP, and no WebSocket')
    expect(stderr).toContain('write http://, or call its WebSocket port')
  })
})
