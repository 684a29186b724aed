/** TLS on every protocol with one certificate, and certificates that cannot be served. */
import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ChannelCredentials, Client } from '@grpc/grpc-js'
import { Client as Caller } from '../../lib/client/client.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { fixture, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const FILE = fixture('my_executor.ts')
const folder = temporaryFolder({ junk: 'hello\n' })
afterAll(() => folder[Symbol.dispose]())
const good = makeCertificate(folder.path)
const other = makeCertificate(folder.path, 'other')
const expired = makeCertificate(folder.path, 'expired', 0)
const junk = path.join(folder.path, 'junk')
const ca = readFileSync(good.certificate, 'utf8')
const files = ({ certificate, key }: typeof good) => ['--ssl-certfile', certificate, '--ssl-keyfile', key]

/** Health as gRPC sees it: bytes of the answer, or the failure. */
function checkHealth(target: string, credentials: ChannelCredentials): Promise<Buffer | Error> {
  const client = new Client(target, credentials)
  const same = (bytes: Buffer) => bytes
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      same,
      same,
      Buffer.alloc(0),
      { deadline: Date.now() + 5000 },
      (error, answer) => {
        client.close()
        resolve(error ?? answer!)
      },
    )
  })
}

/** The name on the certificate. */
const named = (url: string) => url.replace('127.0.0.1', 'localhost')

describe('TLS', () => {
  test('one port for all negotiates the protocol', async () => {
    const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const { port } = free
    free.stop(true)
    const args = [FILE, '--protocol', 'grpc,http', '--port', String(port), ...files(good)]
    await using server = await startServer('run', args)
    expect(server.http).toBe(`https://127.0.0.1:${port}`)
    const target = `localhost:${port}`
    expect(await checkHealth(target, ChannelCredentials.createSsl(Buffer.from(ca)))).toEqual(Buffer.from([8, 1]))
    expect((await fetch(`https://${target}/`, { tls: { ca } })).status).toBe(200)
  })

  test('one certificate serves all protocols, and who does not know its authority refuses', async () => {
    await using server = await startServer('run', [FILE, '--protocol', 'grpc,http,ws', ...files(good)])
    expect([server.http.slice(0, 8), server.websocket.slice(0, 6)]).toEqual(['https://', 'wss://'])
    await server.seen(`grpcs://${server.address}`)
    await server.seen(`docs       ${server.http}/docs`)

    const target = named(server.address)
    expect(await checkHealth(target, ChannelCredentials.createSsl(Buffer.from(ca)))).toEqual(Buffer.from([8, 1]))
    expect(await checkHealth(target, ChannelCredentials.createSsl())).toBeInstanceOf(Error)

    const answer = await fetch(named(server.http), { tls: { ca } })
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    await expect(fetch(named(server.http))).rejects.toThrow()

    const open = (options: object) =>
      new Promise((resolve) => {
        const socket = new WebSocket(named(`${server.websocket}/`), options as never)
        socket.onopen = () => {
          resolve('open')
          socket.close()
        }
        socket.onclose = () => resolve('closed')
      })
    expect(await open({ tls: { ca } })).toBe('open')
    expect(await open({})).toBe('closed')
    expect(await server.stop()).toBe(0)
  })

  test('streams on every protocol, and why there are none where TLS fails', async () => {
    const file = fixture('streaming.ts')
    await using server = await startServer('run', [file, '--protocol', 'grpc,http,ws', ...files(good)])
    for (const url of [`grpcs://${server.address}`, server.http, server.websocket]) {
      const textsOf = async (host: string, tls?: { ca: string }) => {
        using caller = new Caller({ host, ...(tls ? { tls } : {}) })
        const texts: unknown[] = []
        for await (const { text } of caller.streamDoc('/count', 'a')) texts.push(text)
        return texts
      }
      expect(await textsOf(named(url), { ca })).toEqual(['a 0', 'a 1', 'a 2'])
      await expect(textsOf(named(url))).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringMatching(/its certificate is (self-signed|signed by)/),
      })
      const plain = url.replace(/^(grpc|http|ws)s/, '$1')
      await expect(textsOf(plain)).rejects.toMatchObject({ message: expect.stringContaining('it speaks TLS') })
    }
  })

  test('callers without TLS get no answer, and the server stays', async () => {
    await using server = await startServer('run', [FILE, '--protocol', 'grpc,http', ...files(good)])
    await expect(fetch(server.http.replace('https', 'http'))).rejects.toThrow()
    expect(await checkHealth(server.address, ChannelCredentials.createInsecure())).toBeInstanceOf(Error)
    expect((await fetch(named(server.http), { tls: { ca } })).status).toBe(200)
  })

  test('a shared executor has it, too', async () => {
    await using server = await startServer('executor', [FILE, ...files(good)])
    const credentials = ChannelCredentials.createSsl(Buffer.from(ca))
    expect(await checkHealth(named(server.address), credentials)).toEqual(Buffer.from([8, 1]))
  })
})

test.each([
  [{ certificate: 'missing.pem', key: good.key }, 'missing.pem', 'there is no such file'],
  [{ certificate: junk, key: good.key }, junk, 'no certificate in PEM form'],
  [{ certificate: good.key, key: good.certificate }, good.key, 'swap the two files'],
  [{ certificate: good.certificate, key: other.key }, other.key, 'the key is not that of the certificate'],
  [expired, expired.certificate, 'expired on 20'],
])('a start with %j is refused and tells the file', async (pair, where, part) => {
  const done = await xserve(['run', FILE, ...files(pair)])
  expect([done.code, done.stdout]).toEqual([2, ''])
  expect(done.stderr).toContain('[BAD_CERTIFICATE]')
  expect(done.stderr).toContain(where)
  expect(done.stderr).toContain(part)
})
