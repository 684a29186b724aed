/**
 * Real peers of the gRPC port, by TCP, behind TLS, and at a Unix socket: grpc-go, the C core, grpc-js, nghttp2 and curl. A tool that
 * is not there fails its tests: `make peers`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { credentials, Client as GrpcJs } from '@grpc/grpc-js'
import { answeredDocument, encodeRequest } from '../bench/message.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import { type Server, startServer, temporaryFolder } from '../helpers/xserve.ts'

const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
const PYTHON = path.join(cache, 'xserve-interop', 'v1', 'bin', 'python')
const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
const folder = temporaryFolder({})
const at = (name: string) => path.join(folder.path, name)
const EXECUTOR = `import { type DocumentArray, Executor, requests } from 'xserve'
export default class Peered extends Executor {
  @requests({ on: '/foo' })
  foo({ docs }: { docs: DocumentArray }) { for (const doc of docs) doc.text = 'executed MyExec' }
  @requests({ on: '/slow' })
  async slow() { await new Promise(() => {}) }
}
`
const request = encodeRequest('/foo', { text: 'hi' })
const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, request.length]), request])
const goClient = path.resolve('dist/bench/go-client')

interface Place {
  /** As gRPC clients name it. */
  readonly target: string
  readonly authority: readonly string[]
  readonly server: Server
}
const places: Record<string, Place> = {}

async function run(
  words: readonly string[],
  stdin?: Uint8Array,
): Promise<{ code: number | null; out: string; bytes: Buffer }> {
  const child = Bun.spawn([...words], {
    stdin: stdin === undefined ? 'ignore' : new Blob([new Uint8Array(stdin)]),
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, SLOW_REQUEST: at('slow') },
    timeout: 60_000,
  })
  const [out, err] = await Promise.all([new Response(child.stdout).bytes(), new Response(child.stderr).text()])
  await child.exited
  const bytes = Buffer.from(out)
  return { code: child.exitCode, out: bytes.toString() + err, bytes }
}

beforeAll(async () => {
  mkdirSync('dist/bench', { recursive: true })
  const built = await run(['sh', '-c', `cd ${path.join(import.meta.dir, 'go-client')} && go build -o ${goClient} .`])
  if (built.code !== 0) throw new Error(built.out)
  writeFileSync(at('frame'), frame)
  writeFileSync(at('slow'), encodeRequest('/slow', {}))
  writeFileSync(at('peered.ts'), EXECUTOR)
  const { certificate, key } = makeCertificate(folder.path)
  const serve = (...words: string[]) => startServer('run', [at('peered.ts'), '--port', '0', ...words])
  const [plain, secure, unix] = await Promise.all([
    serve('--host', '127.0.0.1'),
    serve('--host', '127.0.0.1', '--ssl-certfile', certificate, '--ssl-keyfile', key),
    serve('--host', `unix:${at('socket')}`),
  ])
  places.plain = { target: plain.address, authority: [], server: plain }
  places.TLS = { target: secure.address, authority: [certificate], server: secure }
  places['a Unix socket'] = { target: `unix:${at('socket')}`, authority: [], server: unix }
}, 180_000)

afterAll(async () => {
  for (const { server } of Object.values(places)) expect(await server.stop()).toBe(0)
  folder[Symbol.dispose]()
})

describe.each(['plain', 'TLS', 'a Unix socket'])('by %s', (name) => {
  test('grpc-go', async () => {
    const { target, authority } = places[name]!
    const { code, out } = await run([goClient, target, ...authority], request)
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('health, reflection') })
  })

  test('the C core, from Python', async () => {
    const { target, authority } = places[name]!
    const { code, out } = await run(
      [PYTHON, path.join(import.meta.dir, 'core_client.py'), target, ...authority],
      request,
    )
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('statuses, deadline, cancel') })
  })

  test('grpc-js', async () => {
    const { target, authority } = places[name]!
    const [file] = authority
    const trusted =
      file === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(Buffer.from(await Bun.file(file).bytes()))
    const client = new GrpcJs(target, trusted, { 'grpc.ssl_target_name_override': 'localhost' })
    const bytes = (value: Buffer) => value
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => {
        const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
        client.makeUnaryRequest(SINGLE, bytes, bytes, Buffer.from(request), (error, answer) =>
          error ? reject(error) : resolve(answer!),
        )
        return promise
      }),
    )
    expect(answers.map((answer) => answeredDocument(answer).text)).toEqual(Array(100).fill('executed MyExec'))
    client.close()
  })

  test('curl', async () => {
    const { target, authority } = places[name]!
    const scheme = name === 'TLS' ? ['--http2', '--cacert', authority[0]!] : ['--http2-prior-knowledge']
    const socket = name === 'a Unix socket' ? ['--unix-socket', at('socket')] : []
    const host = socket.length > 0 ? 'localhost' : target.replace('127.0.0.1', 'localhost')
    const url = `${name === 'TLS' ? 'https' : 'http'}://${host}${SINGLE}`
    const words = ['--data-binary', `@${at('frame')}`, '-H', 'content-type: application/grpc', '-H', 'te: trailers']
    const { code, bytes } = await run(['curl', '-sS', '--max-time', '20', ...scheme, ...socket, ...words, url])
    expect(code).toBe(0)
    expect(answeredDocument(bytes.subarray(5)).text).toBe('executed MyExec')
  })
})

describe.each(['plain', 'TLS'])('nghttp2 by %s', (name) => {
  const url = () => `${name === 'TLS' ? 'https' : 'http'}://${places[name]!.target}${SINGLE}`
  const words = ['-H', 'content-type: application/grpc', '-H', 'te: trailers', '-d', at('frame')]

  test('nghttp sees each frame, and the status', async () => {
    const { code, out } = await run(['nghttp', '-v', '--no-dep', ...words, url()])
    expect(code).toBe(0)
    expect(out).toMatch(/grpc-status: 0/)
    expect(out).toContain('executed MyExec')
  })

  test('h2load: no call of 20 000 fails', async () => {
    const { code, out } = await run(['h2load', '-n', '20000', '-c', '20', '-m', '20', ...words, url()])
    expect(code).toBe(0)
    expect(out).toMatch(/20000 succeeded, 0 failed, 0 errored, 0 timeout/)
  })
})
