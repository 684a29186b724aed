/** Workers that die, and parents that do: callers are told, a new worker comes, nothing is left behind. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { caller, texts } from '../helpers/grpc.ts'
import { childrenOf, gone } from '../helpers/processes.ts'
import { fixture, type Server, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const workerOf = (server: Server): number => childrenOf(server.pid)[0]!

test('process.exit in an endpoint fails that call with UNAVAILABLE and the reason; the next one is served', async () => {
  await using server = await startServer('run', [fixture('trouble.ts')])
  using call = caller(server.address)
  const failed = await call.post('/exit', [{ id: 'a' }]).catch((error) => error)
  expect([failed.code, failed.details]).toEqual([14, expect.stringContaining('exit code 3')])
  expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['hello'])
  await server.seen('started again')
})

test('an executor that ends again and again is told of by _status and ping', async () => {
  await using server = await startServer('run', [fixture('trouble.ts'), '--replicas', '2'])
  using call = caller(server.address)
  const ping = async () => JSON.parse((await xserve(['ping', 'gateway', server.address, '--json'])).stdout)
  expect(await ping()).not.toHaveProperty('failing')
  // One death is mended at once; two of the same replica are a loop.
  for (let deaths = 0; deaths < 3; deaths++) await call.post('/exit', [{ id: 'a' }]).catch(() => {})
  const { ok, failing } = await ping()
  expect(ok).toBe(true)
  expect(Object.values(failing)).toContainEqual(expect.stringMatching(/exit code 3.* [23] times in a row, and /))
  expect(Object.keys(failing)[0]).toMatch(/^executor0\/rep-[01]$/)
  const told = await xserve(['ping', 'gateway', server.address])
  expect(told.stdout).toMatch(/answers.*\n {2}executor0\/rep-[01] is failing: .*exit code 3/)
})

test('a worker killed during calls fails those, and only those', async () => {
  await using server = await startServer('run', [fixture('trouble.ts')])
  using call = caller(server.address)
  const calls = [call.post('/never', [{ id: 'a' }]), call.post('/never', [{ id: 'b' }])].map((answer) =>
    answer.catch((error) => error),
  )
  await call.post('/', [{ id: 'a' }])
  process.kill(workerOf(server), 'SIGKILL')
  for (const error of await Promise.all(calls))
    expect([error.code, error.details]).toEqual([14, expect.stringContaining('SIGKILL')])
  expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['hello'])
})

test('a worker without memory is told as killed or ended, and replaced', async () => {
  // The cap is on the whole program: the address space a Bun process needs, and a little.
  const server = await startServer('run', [fixture('trouble.ts'), '--env', 'BUN_JSC_forceRAMSize=268435456'])
  await using _ = server
  using call = caller(server.address)
  Bun.spawnSync(['prlimit', `--pid=${workerOf(server)}`, `--as=${memoryOf(workerOf(server)) + 1_000_000_000}`])
  const error = await call.post('/memory', [{ id: 'a' }]).then(
    (answer) => answer.plain.header.status,
    (failure) => failure,
  )
  expect(error.code === 14 || error.exception?.name === 'RangeError').toBe(true)
  expect(texts(await call.post('/', [{ id: 'a' }]))).toEqual(['hello'])
}, 60_000)

const memoryOf = (pid: number): number =>
  Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the worker dies with its parent by %s, also from a busy loop',
  async (signal) => {
    const server = await startServer('run', [fixture('trouble.ts'), '--drain-timeout', '200'])
    const worker = workerOf(server)
    using call = caller(server.address)
    const busy = call.post('/busy', [{ id: 'a' }]).catch((error) => error)
    await call.post('/', [{ id: 'a' }], { deadlineMs: 100 }).catch(() => {})
    server.signal(signal)
    await server.exited
    await gone(worker)
    expect(typeof (await busy).code).toBe('number')
    await server.stop()
  },
)

test('a call under way at SIGTERM is finished, new ones are refused, the exit code is 0', async () => {
  const server = await startServer('run', [fixture('trouble.ts')])
  using call = caller(server.address)
  await call.post('/', [{ id: 'a' }])
  const slow = call.post('/slow', [{ id: 'a' }])
  await call.post('/', [{ id: 'a' }])
  const stopped = server.stop()
  expect(texts(await slow)).toEqual(['slow'])
  expect(await stopped).toBe(0)
  expect(server.stdout()).toContain('closed')
})

test('two signals at the same moment, as wrappers of commands send them, are one', async () => {
  const server = await startServer('run', [fixture('trouble.ts')])
  using call = caller(server.address)
  await call.post('/', [{ id: 'a' }])
  const slow = call.post('/slow', [{ id: 'a' }])
  await call.post('/', [{ id: 'a' }])
  server.signal('SIGTERM')
  server.signal('SIGINT')
  expect(texts(await slow)).toEqual(['slow'])
  expect(await server.exited).toBe(0)
})

test('a close() that does not end is told of when the process is ended without it', async () => {
  using folder = temporaryFolder({
    'hangs.ts':
      "import { Executor, requests } from 'xserve'\nexport default class Hangs extends Executor {\n  @requests() a() {}\n  close() { return new Promise<void>(() => {}) }\n}\n",
  })
  const server = await startServer('run', [`${folder.path}/hangs.ts`, '--drain-timeout', '100'])
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  expect(server.stderr()).toMatch(
    /WARN .*close\(\) has not come to its end within \d+ ms: the process is ended without it/,
  )
})

// Public case 28.
test('a second signal ends at once with 130, and takes the worker along', async () => {
  const server = await startServer('run', [fixture('trouble.ts')])
  const worker = workerOf(server)
  using call = caller(server.address)
  const never = call.post('/never', [{ id: 'a' }]).catch((error) => error)
  await call.post('/', [{ id: 'a' }])
  server.signal('SIGINT')
  await server.seen('finishing the calls')
  const again = setInterval(() => server.signal('SIGINT'), 50)
  expect(await server.exited).toBe(130)
  clearInterval(again)
  await gone(worker)
  await never
  await server.stop()
})

test('a worker and then the parent killed amid documents of 1 MB: callers are told, the rest is unharmed, all end', async () => {
  const server = await startServer('run', [fixture('bench.ts')])
  using call = caller(server.address)
  const text = 'x'.repeat(1_000_000)
  const post = (): Promise<number> =>
    call.post('/text', [{ id: 'a', text }]).then(
      (answer) => texts(answer)[0]!.length,
      (error) => error.code,
    )
  /** Some are answered by then, others are under way. */
  async function killAmid(kill: () => void): Promise<void> {
    const results = Array.from({ length: 16 }, post)
    expect(await Promise.race(results)).toBe(text.length + 1)
    kill()
    for (const result of await Promise.all(results)) expect([14, text.length + 1]).toContain(result)
  }
  await killAmid(() => process.kill(workerOf(server), 'SIGKILL'))
  await server.seen('started again')
  expect(await post()).toBe(text.length + 1)
  const worker = workerOf(server)
  await killAmid(() => server.signal('SIGKILL'))
  await server.exited
  await gone(worker)
  await server.stop()
}, 30_000)
