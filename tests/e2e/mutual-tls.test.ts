/** Servers that want to know who calls, and the commands and the client that show it to them. */
import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { Client } from '../../lib/client/client.ts'
import { makeAuthority, makeCertificate } from '../helpers/certificate.ts'
import { fixture, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const FILE = fixture('my_executor.ts')
const folder = temporaryFolder()
afterAll(() => folder[Symbol.dispose]())
const authority = makeAuthority(folder.path)
const own = makeCertificate(folder.path, 'server', 30, authority)
const known = makeCertificate(folder.path, 'known', 30, authority)
const stranger = makeCertificate(folder.path, 'stranger')
const SERVER = ['--ssl-certfile', own.certificate, '--ssl-keyfile', own.key, '--ssl-ca-certs', authority.certificate]
const text = (file: string) => readFileSync(file, 'utf8')

/** The name on the certificate. */
const named = (url: string) => url.replace('127.0.0.1', 'localhost')

test('every protocol hears only callers with a certificate of the authority', async () => {
  await using server = await startServer('run', [FILE, '--protocol', 'grpc,http,ws', ...SERVER])
  const ca = text(authority.certificate)
  for (const host of [`grpcs://${server.address}`, server.http, server.websocket].map(named)) {
    const call = async (shown: { certificate?: string; key?: string }) => {
      using client = new Client({ host, tls: { ca, ...shown } })
      return (await client.post('/', [{ text: 'a' }], { timeoutMs: 5000 })).texts[0]
    }
    expect(await call({ certificate: text(known.certificate), key: text(known.key) })).toBeString()
    await expect(call({})).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('it wants to see a certificate of the caller, and none was shown'),
      details: { hint: expect.stringContaining('--cert FILE and --key FILE') },
    })
    await expect(call({ certificate: text(stranger.certificate), key: text(stranger.key) })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('it does not accept the certificate that was shown'),
    })
  }
  const shown = ['--ca', authority.certificate, '--cert', known.certificate, '--key', known.key]
  const ping = await xserve(['ping', 'gateway', named(server.address), ...shown])
  expect(ping.code).toBe(0)
  const post = await xserve(['post', named(server.address), '--text', 'a', ...shown])
  expect(post.code).toBe(0)
  const nobody = await xserve(['ping', 'gateway', named(server.address), '--ca', authority.certificate])
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('a certificate of the caller')])
})

test.each([
  [['--ssl-ca-certs', authority.certificate], '--ssl-ca-certs is given without --ssl-certfile'],
  [[...SERVER.slice(0, 5), own.key], 'this is a private key, not a certificate'],
  [[...SERVER.slice(0, 5), '/nowhere.pem'], 'there is no such file'],
])('%j is told', async (args, message) => {
  const { code, stderr } = await xserve(['run', FILE, ...args])
  expect(code).not.toBe(0)
  expect(stderr).toContain(message)
})

test.each([
  [['--cert', known.certificate], '--cert is given without --key'],
  [['--cert', known.key, '--key', known.key], 'holds no certificate in PEM form'],
])('post %j is told', async (args, message) => {
  const { code, stderr } = await xserve(['post', '127.0.0.1:1', ...args])
  expect(code).not.toBe(0)
  expect(stderr).toContain(message)
})
