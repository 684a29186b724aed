/** What becomes of calls, of close() and of processes when workers are exchanged. */
import { expect, test } from 'bun:test'
import { caller, texts } from '../../helpers/grpc.ts'
import { answer, liveProject, serves, versionSource, workersOf } from '../../helpers/live.ts'
import { gone } from '../../helpers/processes.ts'
import { streamDoc } from '../../helpers/stream-doc.ts'
import { until } from '../../helpers/until.ts'

/** Endpoints whose waiting is `wait`, an expression. */
const SLOW = (wait: string) => `
  @requests({ on: '/wait' })
  async wait({ docs }) {
    console.log('waits')
    await ${wait}
    for (const doc of docs) doc.text = 'waited ' + doc.text
  }
  @requests({ on: '/drip' })
  async *drip() {
    for (let i = 0; i < 10; i++) {
      console.log('drips ' + i)
      if (i === 1) await ${wait}
      yield 'drop ' + i
    }
  }`
const FOR_EVER = 'new Promise(() => {})'

/** What `SLOW` waits for: the calls that have come are held until they are let go. */
function gateServer() {
  const held = Promise.withResolvers<void>()
  const server = Bun.serve({ port: 0, idleTimeout: 0, fetch: () => held.promise.then(() => new Response()) })
  return { wait: `fetch('${server.url}')`, open: held.resolve, [Symbol.asyncDispose]: () => server.stop(true) }
}

test('calls under way end on the code that they began on, close() comes once and after them', async () => {
  await using gate = gateServer()
  await using project = await liveProject([], { 'versions.ts': versionSource(0, SLOW(gate.wait)) })
  const { server } = project
  using call = caller(server.address)
  const waiting = call.post('/wait', [{ id: 'a', text: 'x' }])
  const dripping = streamDoc(call.client, '/drip', { id: 'a' })
  await Promise.all([server.seen('waits'), server.seen('drips 1')])
  project.save(1)
  await serves(call, 'version 1')
  expect(server.stdout()).not.toContain('closed version 0')
  gate.open()
  expect(texts(await waiting)).toEqual(['waited x'])
  const { code, texts: drops } = await dripping
  expect([code, drops]).toEqual([0, Array.from({ length: 10 }, (_, i) => `drop ${i}`)])
  await server.seen('closed version 0')
  expect(await server.stop()).toBe(0)
  expect(server.stdout().split('closed version 0')).toHaveLength(2)
  expect(server.stdout().split('closed version 1')).toHaveLength(2)
})

test('calls that go on too long are told why, and close() runs all the same', async () => {
  await using project = await liveProject(['--drain-timeout', '200'], {
    'versions.ts': versionSource(0, SLOW(FOR_EVER)),
  })
  const { server } = project
  using call = caller(server.address)
  const waiting = call.post('/wait', [{ id: 'a' }]).catch((error) => error)
  const dripping = streamDoc(call.client, '/drip', { id: 'a' })
  await Promise.all([server.seen('waits'), server.seen('drips 0')])
  project.save(1)
  await serves(call, 'version 1')
  const told = await waiting
  expect([told.code, told.details]).toEqual([14, expect.stringMatching(/had not come to its end within 200 ms/)])
  expect(await dripping).toMatchObject({ code: 14, details: expect.stringContaining('within 200 ms') })
  await server.seen('closed version 0')
  await until(() => workersOf(server).length === 1)
})

test('the third version waits for the calls of the first: two workers are the most', async () => {
  await using gate = gateServer()
  await using project = await liveProject([], { 'versions.ts': versionSource(0, SLOW(gate.wait)) })
  const { server } = project
  using call = caller(server.address)
  const waiting = call.post('/wait', [{ id: 'a', text: 'x' }])
  await server.seen('waits')
  project.save(1)
  await serves(call, 'version 1')
  project.save(2)
  await server.seen('the worker before this one has calls under way')
  expect([workersOf(server).length, await answer(call)]).toEqual([2, 'version 1'])
  gate.open()
  expect(texts(await waiting)).toEqual(['waited x'])
  await serves(call, 'version 2')
})

test('a request and an answer of many frames, under way when the worker is exchanged', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  const text = 'x'.repeat(1_000_000)
  const docs = Array.from({ length: 40 }, (_, i) => ({
    id: `${i}`,
    tags: { fields: { text: { string_value: text } } },
  }))
  for (let version = 1; version <= 8; version++) {
    const large = call.post('/', docs)
    project.save(version)
    const told = texts(await large)
    expect(told).toHaveLength(40)
    expect(new Set(told).size).toBe(1)
    await serves(call, `version ${version}`)
  }
}, 30_000)

test('endpoints and the class change with the code', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.write(
    'versions.ts',
    versionSource(1, `  @requests({ on: '/new' }) fresh({ docs }) { for (const doc of docs) doc.text = 'fresh' }`)
      .replace('class Versions', 'class Renamed')
      .replace('@requests()', "@requests({ on: '/told' })"),
  )
  await until(async () => texts(await call.post('/new', [{ id: 'a' }]))[0] === 'fresh')
  expect(texts(await call.post('/told', [{ id: 'a' }]))).toEqual(['version 1'])
  // Nobody stands there any more: the documents pass through.
  expect(texts(await call.post('/', [{ id: 'a', text: 'as it was' }]))).toEqual(['as it was'])
})

test('a worker that dies after a reload comes back with the new code', async () => {
  await using project = await liveProject()
  using call = caller(project.server.address)
  project.save(1)
  await serves(call, 'version 1')
  await project.server.seen('closed version 0')
  await until(() => workersOf(project.server).length === 1)
  process.kill(workersOf(project.server)[0]!, 'SIGKILL')
  await project.server.seen('started again')
  expect(await answer(call)).toBe('version 1')
  project.save(2)
  await serves(call, 'version 2')
})

// Public case 27.
test('the parent killed during a reload takes all workers along, and its port is free', async () => {
  const project = await liveProject(['--replicas', '2'])
  const { server } = project
  using call = caller(server.address)
  expect(await answer(call)).toBe('version 0')
  project.save(1, "  async init() { console.log('starting'); await new Promise(() => {}) }")
  await server.seen('starting')
  const workers = workersOf(server)
  expect(workers).toHaveLength(3)
  const began = performance.now()
  server.signal('SIGKILL')
  await server.exited
  for (const pid of workers) await gone(pid)
  expect(performance.now() - began).toBeLessThan(1000)
  const listener = Bun.listen({ hostname: '127.0.0.1', port: server.port, socket: { data() {} } })
  listener.stop(true)
  await project[Symbol.asyncDispose]()
})
