/** A gateway of the user's own: its HTTP routes beside those of the Flow, which it calls without a port. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { until } from '../helpers/until.ts'
import { type Server, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const EXECUTOR = `import { type DocumentArray, Document, Executor, requests } from 'xserve'
export default class Upper extends Executor {
  @requests({ on: '/upper' })
  upper({ docs }: { docs: DocumentArray }) { for (const doc of docs) doc.text = doc.text?.toUpperCase() }
  @requests({ on: '/fail' })
  fail() { throw new RangeError('too far') }
  @requests({ on: '/count' })
  async *count({ docs }: { docs: DocumentArray }) { for (let i = 0; i < 3; i++) yield new Document({ text: docs[0]!.text + i }) }
}
`
const GATEWAY = (version: string) => `import { type FetchContext, Gateway } from 'xserve'
export default class MyGateway extends Gateway {
  greeting: string
  constructor({ greeting = 'hi' }: { greeting?: string } = {}) { super(); this.greeting = greeting }
  async fetch(request: Request, { flow, signal }: FetchContext): Promise<Response> {
    const url = new URL(request.url)
    switch (url.pathname) {
      case '/version': return new Response('${version}')
      case '/greet': return Response.json({ greeting: this.greeting, q: url.searchParams.get('q'), raw: url.pathname })
      case '/shout': {
        const docs = await flow.post('/upper', [await request.text()])
        return new Response(docs.texts[0], { status: 201, headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-method', request.method]] })
      }
      case '/told': return Response.json((await flow.post('/fail', ['a']).catch((error) => ({ said: error.message }))))
      case '/nowhere': await flow.post('/upper', ['a'], { targetExecutor: '(' }); return new Response()
      case '/counted': return Response.json(await Array.fromAsync(flow.streamDoc('/count', 'n'), (doc) => doc.text))
      case '/throw': throw new TypeError('my own fault')
      case '/nothing': return undefined as unknown as Response
      case '/empty': return new Response(null, { status: 204 })
      case '/endless': return new Response(new ReadableStream({
        async pull(out) { out.enqueue(new Uint8Array(65536)); await Bun.sleep(1) },
        cancel: () => console.log('left'),
      }))
      case '/wait': await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())); console.log('gone'); return new Response()
    }
    return new Response('mine: not found', { status: 404 })
  }
  close() { console.log('closed') }
}
`
const FLOW = `jtype: Flow
gateway: {uses: gateway.ts, uses_with: {greeting: moin}, protocol: [grpc, http], port: [0, 0], reload: true}
executors: [{name: upper, uses: upper.ts}]
`
const folder = temporaryFolder({ 'upper.ts': EXECUTOR, 'gateway.ts': GATEWAY('one'), 'flow.yml': FLOW })
let server: Server

beforeAll(async () => {
  server = await startServer('flow', [path.join(folder.path, 'flow.yml')])
})
afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})
const get = (where: string, init?: RequestInit) => fetch(`${server.http}${where}`, init)

test('paths that the Flow has are the Flow’s, all others go to fetch(), with query, constructor argument and method', async () => {
  expect(await (await get('/greet?q=a%20b')).json()).toEqual({ greeting: 'moin', q: 'a b', raw: '/greet' })
  expect(await (await get('/nix')).text()).toBe('mine: not found')
  const upper = await get('/post', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ exec_endpoint: '/upper', data: [{ text: 'a' }] }),
  })
  expect((await upper.json()).data[0].text).toBe('A')
  expect((await get('/')).status).toBe(200)
  expect((await get('/post')).status).toBe(405)
  const posted = await xserve(['post', '--port', `${server.port}`, '--on', '/upper', '--text', 'b'])
  expect(posted.stdout).toContain('B')
})

test('it calls the Flow: documents, errors, streams', async () => {
  const shouted = await get('/shout', { method: 'PUT', body: 'hello' })
  expect([
    shouted.status,
    await shouted.text(),
    shouted.headers.getSetCookie(),
    shouted.headers.get('x-method'),
  ]).toEqual([201, 'HELLO', ['a=1', 'b=2'], 'PUT'])
  expect(await (await get('/told')).json()).toEqual({ said: expect.stringContaining('too far') })
  expect(await (await get('/counted')).json()).toEqual(['n0', 'n1', 'n2'])
})

test('what it throws is status 500 with the reason, a wrong regular expression is told by its code, and it goes on', async () => {
  const thrown = await get('/throw')
  expect([thrown.status, await thrown.json()]).toEqual([500, { detail: expect.stringContaining('my own fault') }])
  await server.seen('GET /throw failed: TypeError: my own fault')
  expect(server.stderr()).toMatch(/TypeError: my own fault\n +at .*gateway\.ts:\d+:\d+/)
  expect((await (await get('/nothing')).json()).detail).toContain('fetch() must give a Response')
  expect((await (await get('/nowhere')).json()).detail).toContain('target')
  expect((await get('/empty')).status).toBe(204)
  const head = await get('/greet', { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('a caller who leaves ends what is made for it', async () => {
  const leaving = new AbortController()
  const endless = await get('/endless', { signal: leaving.signal })
  const reader = endless.body!.getReader()
  expect((await reader.read()).value!.length).toBeGreaterThan(0)
  leaving.abort()
  await server.seen('left')
  const waiting = new AbortController()
  const waited = get('/wait', { signal: waiting.signal }).catch(() => 'aborted')
  await get('/version')
  waiting.abort()
  expect(await waited).toBe('aborted')
  await server.seen('gone')
})

test('changed code is served at once, and calls under way are answered', async () => {
  const asked = async () => (await get('/version')).text()
  expect(await asked()).toBe('one')
  let stop = false
  const seen = new Set<string>()
  const callers = Array.from({ length: 8 }, async () => {
    while (!stop) seen.add(await asked())
  })
  writeFileSync(path.join(folder.path, 'gateway.ts'), GATEWAY('two'))
  await until(async () => (await asked()) === 'two')
  stop = true
  await Promise.all(callers)
  expect([...seen].every((text) => text === 'one' || text === 'two')).toBe(true)
  await server.seen('closed')
})

test.each([
  ['protocol: grpc', 'protocol: http'],
  ['protocol: http, uses: "docker://a/b"', 'TypeScript file'],
])('a gateway with %s is refused with what to do', async (options, hint) => {
  using other = temporaryFolder({
    'gateway.ts': GATEWAY('x'),
    'flow.yml': `jtype: Flow\ngateway: {${options.includes('uses') ? '' : 'uses: gateway.ts, '}${options}}\nexecutors: [{name: a}]\n`,
  })
  const done = await xserve(['flow', 'flow.yml'], { cwd: other.path })
  expect([done.code, done.stderr]).toEqual([2, expect.stringContaining('gateway.uses')])
  expect(done.stderr).toContain(hint)
})

test('in a Flow of TypeScript, as a class of the script', async () => {
  using other = temporaryFolder({
    'program.ts': `${EXECUTOR.replace('export default class', 'export class').replace('import {', 'import { Flow, Gateway, type FetchContext,')}
class Mine extends Gateway {
  async fetch(request: Request, { flow }: FetchContext) { return new Response((await flow.post('/upper', ['a'])).texts[0]) }
}
await using flow = await new Flow({ protocol: 'http' }).configGateway({ uses: Mine }).add({ uses: Upper }).start()
console.log(await (await fetch('http://' + flow.address + '/mine')).text())
`,
  })
  const done = await xserve(['script', 'program.ts'], { cwd: other.path })
  expect([done.stdout, done.code, done.stderr]).toEqual(['A\n', 0, ''])
})

test('an executor is no gateway: the start says so', async () => {
  using place = temporaryFolder({
    'upper.ts': EXECUTOR,
    'flow.yml': 'jtype: Flow\ngateway: {uses: upper.ts, protocol: http}\nexecutors: [{uses: upper.ts}]\n',
  })
  const { code, stderr } = await xserve(['flow', path.join(place.path, 'flow.yml')])
  expect([code, stderr]).toEqual([2, expect.stringContaining('Upper is no gateway: it does not extend Gateway')])
})
