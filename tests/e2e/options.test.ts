/** Options of Jina that used to be for later, with the program: each does what it says, from YAML, command line or TypeScript. */

import { afterAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { startHttp2Front } from '../../lib/servers/grpc/http2/start.ts'
import type { GrpcCall, GrpcMethod } from '../../lib/servers/grpc/method.ts'
import { until } from '../helpers/until.ts'
import { COMMAND, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const EXECUTOR = `import { type DocumentArray, Executor, requests } from 'xserve'
let most = 0, running = 0
export default class Careful extends Executor {
  @requests()
  async work({ docs }: { docs: DocumentArray }) {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 20))
    running--
    for (const doc of docs) doc.text = String(most)
  }
  @requests({ on: '/long' })
  async long() { console.log('long begins'); await new Promise((resolve) => setTimeout(resolve, 60_000)) }
  @requests({ on: '/grows' })
  grows({ docs }: { docs: DocumentArray }) { for (const doc of docs) doc.text = 'x'.repeat(9000) }
  @requests({ on: '/fails' })
  fails() { this.logger.info('told by the executor'); this.logger.error('one line\\nand another'); throw new Error('mine') }
}
`
const folder = temporaryFolder({ 'careful.ts': EXECUTOR })
afterAll(() => folder[Symbol.dispose]())
const at = (name: string) => path.join(folder.path, name)
const flow = (head: string, item = '{uses: careful.ts}') => {
  writeFileSync(at('flow.yml'), `jtype: Flow\nwith: {${head}}\nexecutors: [${item}]\n`)
  return at('flow.yml')
}
const callTogether = async (address: string, count = 8) => {
  using client = new Client(address)
  const answers = await Promise.all(Array.from({ length: count }, () => client.post('/', [{}])))
  return Math.max(...answers.flatMap((docs) => docs.texts).map(Number))
}

describe('allow_concurrent', () => {
  test('false in YAML: one call at a time; calls share the process by default', async () => {
    await using one = await startServer('flow', [flow('', '{uses: careful.ts, allow_concurrent: false}')])
    expect(await callTogether(one.address)).toBe(1)
    await using many = await startServer('flow', [flow('')])
    expect(await callTogether(many.address)).toBeGreaterThan(1)
  })

  test('--no-allow-concurrent, for one executor', async () => {
    await using server = await startServer('run', [at('careful.ts'), '--no-allow-concurrent'])
    expect(await callTogether(server.address)).toBe(1)
  })
})

describe('the time to end', () => {
  /** Milliseconds from SIGTERM to the end, with a call under way that takes a minute; its caller is told. */
  const endOf = async (...args: Parameters<typeof startServer>) => {
    await using server = await startServer(...args)
    using client = new Client(server.address)
    const call = client.post('/long', [{}]).catch((error: { code: string }) => error.code)
    await server.seen('long begins')
    const began = performance.now()
    expect(await server.stop()).toBe(0)
    expect(await call).toBeString()
    return performance.now() - began
  }
  test.each([
    ['shutdown_timeout of the Flow', () => endOf('flow', [flow('shutdown_timeout: 300')])],
    ['timeout_ctrl, in seconds', () => endOf('flow', [flow('timeout_ctrl: 0')])],
    ['--shutdown-timeout', () => endOf('run', [at('careful.ts'), '--shutdown-timeout', '300'])],
    ['--drain-timeout', () => endOf('run', [at('careful.ts'), '--drain-timeout', '300'])],
    ['--timeout-ctrl', () => endOf('run', [at('careful.ts'), '--timeout-ctrl', '0'])],
  ])('%s', async (_, ms) => {
    // Far from the default of 25 s.
    expect(await ms()).toBeLessThan(10_000)
  })
})

describe('quiet, quiet_error', () => {
  const logOf = async (head: string, item?: string) => {
    await using server = await startServer('flow', [flow(head, item)])
    using client = new Client(server.address)
    await client.post('/fails', [{}]).catch(() => {})
    await server.stop()
    return server.stderr()
  }
  test('of an executor', async () => {
    const all = await logOf('')
    expect(all).toContain('told by the executor')
    expect(all).toContain('and another')
    const less = await logOf('', '{uses: careful.ts, quiet: true, quiet_error: true}')
    expect(less).not.toContain('told by the executor')
    expect(less).toContain('one line')
    expect(less).not.toContain('and another')
  })

  test('of the Flow: no banner either', async () => {
    writeFileSync(at('port'), '')
    const port = at('port')
    const child = Bun.spawn([...COMMAND, 'flow', flow('quiet: true'), '--port-file', port], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    await until(async () => (await Bun.file(port).text()) !== '')
    child.kill('SIGTERM')
    const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text()])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})

describe('gRPC', () => {
  test('sizes and calls of the server', async () => {
    const options = JSON.stringify({ 'grpc.max_receive_message_length': 2000, 'grpc.max_send_message_length': 5000 })
    await using server = await startServer('run', [at('careful.ts'), '--grpc-server-options', options])
    using client = new Client(server.address)
    expect((await client.post('/', [{}])).length).toBe(1)
    const failed = (on: string, text: string) => client.post(on, [{ text }]).catch((error: unknown) => error)
    expect(await failed('/', 'x'.repeat(3000))).toMatchObject({ code: 'TOO_LARGE' })
    expect(await failed('/grows', 'small')).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('wrong ones are told with their place, before anything starts', async () => {
    const { code, stderr } = await xserve(['check', flow('grpc_server_options: {grpc.max_concurrent_streams: none}')])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/flow\.yml:2:\d+ .*grpc\.max_concurrent_streams must be/)])
  })

  /** An executor elsewhere that notes how its callers compress. */
  async function noting() {
    const seen: (string | undefined)[] = []
    const note = (call: GrpcCall) => void seen.push(call.metadata('grpc-encoding'))
    const unary = (answer: (request: Uint8Array) => Uint8Array): GrpcMethod => ({
      kind: 'unary',
      handle(request, call) {
        note(call)
        return answer(request)
      },
    })
    const methods = new Map<string, GrpcMethod>([
      ['/jina.JinaDiscoverEndpointsRPC/endpoint_discovery', unary(() => Buffer.from('\n\x01/', 'latin1'))],
      ['/jina.JinaSingleDataRequestRPC/process_single_data', unary((request) => request)],
      [
        '/jina.JinaRPC/Call',
        {
          kind: 'stream',
          open(sink, call) {
            note(call)
            return { message: (bytes) => void sink.write(bytes), end: () => sink.end() }
          },
        },
      ],
    ])
    const front = await startHttp2Front(methods, { host: '127.0.0.1', port: 0, maxMessageBytes: -1 })
    return { port: front.port, seen, [Symbol.asyncDispose]: () => front.close(0) }
  }

  test.each([
    ['compression: Gzip', 'gzip'],
    ['compression: Deflate', 'deflate'],
    ['', undefined],
  ])('towards executors elsewhere, %s', async (head, expected) => {
    await using executor = await noting()
    await using server = await startServer('flow', [flow(head, `{external: true, port: ${executor.port}}`)])
    using client = new Client(server.address)
    await client.post('/', [{ text: 'hi' }]).catch(() => {})
    expect(new Set(executor.seen)).toEqual(new Set([expected]))
  })

  test('of a client, by gRPC and HTTP', async () => {
    await using executor = await noting()
    const address = `127.0.0.1:${executor.port}`
    await xserve(['post', address, '--text', 'a', '--compression', 'gzip', '--timeout', '2000'])
    expect(executor.seen.at(-1)).toBe('gzip')
    await using server = await startServer('run', [at('careful.ts'), '--protocol', 'http'])
    for (const compression of ['gzip', 'Deflate', 'NoCompression']) {
      const { code, stdout } = await xserve(['post', server.http, '--text', 'a', '--compression', compression])
      expect([code, JSON.parse(stdout).text]).toEqual([0, '1'])
    }
    const { code, stderr } = await xserve(['post', server.http, '--compression', 'zip'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('NoCompression, Deflate or Gzip')])
  })
})

test('one executor: options of its server have their effect without a warning, those of its place in a Flow are told of', async () => {
  const http = ['--protocol', 'http', '--title', 'T', '--description', 'D', '--cors', '--uvicorn-kwargs', '{"a": 1}']
  await using server = await startServer('run', [at('careful.ts'), ...http, '--external', '--when', '{}'])
  const warnings = server
    .stderr()
    .split('\n')
    .filter((line) => line.startsWith('WARN'))
  expect(warnings.map((line) => line.replace(/^WARN\s+\S+ /, ''))).toEqual([
    expect.stringContaining('CORS is enabled'),
    expect.stringContaining('uvicorn_kwargs is accepted and has no effect'),
    expect.stringContaining('--when has no effect: it is about an executor among others'),
    expect.stringContaining('--external has no effect: it is about an executor among others'),
  ])
})
