/** What users met in Flows elsewhere: forks, floating executors, endpoints that not everybody has, results, limits of a hop. */
import { expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../../lib/client/client.ts'
import { type Server, startServer, temporaryFolder, xserve } from '../../helpers/xserve.ts'

const EXECUTORS = `import { Executor } from 'xserve'
export class Marks extends Executor {
  static requests = { '/default': 'mark' };
  mark({ docs }) { for (const doc of docs) doc.text += '>' + this.runtimeArgs.name.split('/')[0] }
}
export class OnlyOne extends Executor {
  static requests = { '/m1': 'mark' };
  mark({ docs }) { for (const doc of docs) doc.uri = 'one' }
}
export class OnlyTwo extends Executor {
  static requests = { '/m2': 'mark' };
  mark({ docs }) { for (const doc of docs) doc.uri = 'two' }
}
export class Aside extends Executor {
  static requests = { '/default': 'look' };
  async look({ docs, parameters }) {
    await fetch(parameters.gate)
    this.logger.info('saw ' + docs.texts.join())
  }
}
export class Tells extends Executor {
  static requests = { '/default': 'tell' };
  tell({ parameters }) { return { given: Object.keys(parameters) } }
}
export class Breaks extends Executor {
  static requests = { '/default': 'mark', '/all': 'fail' };
  mark({ docs }) {
    if (this.runtimeArgs.shardId === 1) this.fail()
    for (const doc of docs) doc.text += '>' + this.runtimeArgs.shardId
  }
  fail() { throw new RangeError('broken') }
}
export class Wrong extends Executor {
  static requests = { '/default': 'five' };
  five() { return 5 }
}
`

/** A Flow of these executors over all three protocols; `head` goes before them. */
async function serve(
  executors: readonly string[],
  args: readonly string[] = [],
  head = 'with: {port: [0, 0, 0], protocol: [grpc, http, websocket]}',
) {
  const items = executors.map((one) => `  - {${one}}\n`).join('')
  const folder = temporaryFolder({ 'parts.ts': EXECUTORS, 'flow.yml': `jtype: Flow\n${head}\nexecutors:\n${items}` })
  const file = path.join(folder.path, 'flow.yml')
  const server = await startServer('flow', [file, ...args])
  return {
    file,
    server,
    async [Symbol.asyncDispose]() {
      await server.stop()
      folder[Symbol.dispose]()
    },
  }
}

const allOf = ({ address, http, websocket }: Server) => [address, http, websocket].map((at) => new Client(at))
const part = (name: string, uses: string, more = '') => `name: ${name}, uses: "parts.ts#${uses}"${more}`

// Public case 52.
test('a fork straight from the gateway answers the same over all protocols, with a document and with none', async () => {
  await using flow = await serve([
    part('a', 'Marks'),
    part('b', 'Marks', ', needs: gateway'),
    part('j', 'Marks', ', needs: [a, b]'),
  ])
  for (const client of allOf(flow.server)) {
    const options = { timeoutMs: 5000 }
    expect((await client.post('/', 'x', options)).texts).toEqual(['x>a>j'])
    expect((await client.post('/', undefined, options)).texts).toEqual([])
    client.close()
  }
})

// Public case 53.
test('floating executors that stand first get the documents, the answer does not wait for them, the picture shows them', async () => {
  const held = Promise.withResolvers<void>()
  await using gate = Bun.serve({ port: 0, fetch: () => held.promise.then(() => new Response()) })
  await using flow = await serve([
    part('a', 'Aside', ', floating: true'),
    part('b', 'Aside', ', needs: gateway, floating: true'),
    part('c', 'Aside', ', needs: b, floating: true'),
    part('d', 'Marks', ', needs: gateway'),
  ])
  using client = new Client(flow.server.address)
  expect((await client.post('/', 'x', { parameters: { gate: `${gate.url}` } })).texts).toEqual(['x>d'])
  expect(flow.server.stderr()).not.toContain('saw')
  held.resolve()
  for (const name of ['a', 'b', 'c']) await flow.server.seen(new RegExp(`${name}/rep-0@\\d+ saw x`))
  const drawn = JSON.parse((await xserve(['graph', flow.file, '--json'])).stdout)
  const floats = (one: { id: string; floating: boolean }) => (one.floating ? [one.id] : [])
  expect(drawn.nodes.flatMap(floats)).toEqual(['a', 'b', 'c'])
  expect(drawn.edges.map((one: { from: string; to: string }) => `${one.from} ${one.to}`)).toEqual([
    ...['start-gateway a', 'start-gateway b', 'start-gateway d', 'b c', 'd end-gateway'],
  ])
})

// Public case 55.
test('a request reaches those that have its endpoint; where nobody has, documents pass; a default method gets everything', async () => {
  await using flow = await serve(
    [part('m1', 'OnlyOne'), part('m2', 'OnlyTwo', ', needs: gateway'), 'name: join, needs: [m1, m2]'],
    ['--log-level', 'debug'],
  )
  await using any = await serve([part('m1', 'OnlyOne'), part('all', 'Marks')])
  using client = new Client(flow.server.address)
  using other = new Client(any.server.address)
  const ask = async (to: Client, on: string) => (await to.post(on, 'x')).map(({ text, uri }) => [text, uri])[0]
  expect(await ask(client, '/m2')).toEqual(['x', 'two'])
  expect(await ask(client, '/m1')).toEqual(['x', 'one'])
  expect(await ask(client, '/none')).toEqual(['x', undefined])
  await flow.server.seen(/DEBUG .*no executor has the endpoint \/none/)
  expect(flow.server.stderr()).not.toContain('the endpoint /m1')
  expect(await ask(other, '/m1')).toEqual(['x>all', 'one'])
  expect(await ask(other, '/whatever')).toEqual(['x>all', undefined])
})

// Public case 56.
test('a method that the configuration binds to some endpoints does not answer at all others', async () => {
  const requests = { '/index': 'mark', '/search': 'mark' }
  await using flow = await serve([part('a', 'Marks', `, uses_requests: ${JSON.stringify(requests)}`)])
  using client = new Client(flow.server.address)
  for (const on of ['/index', '/search']) expect((await client.post(on, 'x')).texts).toEqual(['x>a'])
  expect((await client.post('/other', 'x')).texts).toEqual(['x'])
})

// Public case 60.
test('results go to the client under the name of who gave them, and are no parameters of those behind; a wrong kind is told', async () => {
  await using flow = await serve([part('a', 'Tells'), part('b', 'Tells'), part('c', 'Marks'), part('d', 'Wrong')])
  using client = new Client(flow.server.address)
  for await (const { docs, parameters } of client.stream('/', 'x', { parameters: { k: 1 }, targetExecutor: '[abc]' })) {
    expect(docs.texts).toEqual(['x>c'])
    // As in Jina, those behind may look at what there was before them, in a place of its own.
    const behind = { given: ['k', '__results__'] }
    expect(parameters.__results__).toEqual({ 'a/rep-0': { given: ['k'] }, 'b/rep-0': behind })
  }
  // Not by `rejects`: Bun waits for it within the turn that the last answer came in, and there the next one cannot.
  const failure = await client.post('/', 'x').catch((error: Error) => error.message)
  expect(failure).toMatch(/^Wrong failed: TypeError: .*getting 5 from Wrong\.five/)
})

// Public case 38.
test('words of the command line go before the file, the file before defaults, from either of its places', async () => {
  const http = await Promise.all(
    ['with', 'gateway'].map((key) =>
      serve([part('a', 'Marks')], [], `${key}: {port: 0, protocol: http, cors: true, title: From the file}`),
    ),
  )
  const headers = { origin: 'http://elsewhere.example' }
  for (const { server } of http) {
    expect([server.address, server.websocket]).toEqual(['', ''])
    expect(((await (await fetch(`${server.http}/openapi.json`)).json()) as { info: object }).info).toMatchObject({
      title: 'From the file',
    })
    expect((await fetch(`${server.http}/`, { headers })).headers.get('access-control-allow-origin')).toBe(
      headers.origin,
    )
  }
  for (const one of http) await one[Symbol.asyncDispose]()
  await using other = await serve(
    [part('a', 'Marks')],
    ['--protocol', 'grpc', '--port', '0'],
    'with: {port: 1, protocol: http}',
  )
  expect(other.server.http).toBe('')
  using client = new Client(other.server.address)
  expect((await client.post('/', 'x')).texts).toEqual(['x>a'])
})

// Public case 84.
test('large messages pass through every hop of a Flow and back, over every protocol', async () => {
  await using flow = await serve([
    part('a', 'Marks'),
    part('b', 'Marks', ', shards: 2, polling: ANY'),
    part('c', 'Marks'),
  ])
  const clients = allOf(flow.server)
  for (const bytes of [4_300_000, 60_000_000]) {
    const text = 'x'.repeat(bytes)
    for (const client of clients) {
      const [answer] = (await client.post('/', text)).texts
      expect(answer?.length).toBe(bytes + '>a>b>c'.length)
    }
  }
  const many = Array.from({ length: 300 }, () => 'y'.repeat(100_000))
  for (const client of clients) {
    const { texts } = await client.post('/', many, { requestSize: 300 })
    expect(texts.every((text) => text?.length === 100_006)).toBe(true)
    expect(texts).toHaveLength(300)
    client.close()
  }
}, 60_000)

// Public case 62.
test('where one shard of several fails the others answer, and the route says how many did not, over every protocol', async () => {
  await using flow = await serve([part('a', 'Breaks', ', shards: 3, polling: ALL')])
  for (const client of allOf(flow.server)) {
    for await (const { docs, routes, isError } of client.stream('/', 'x')) {
      expect([docs.texts, isError]).toEqual([['x>0'], false])
      const { failed, remark } = routes.find(({ executor }) => executor === 'a')!
      expect([failed, remark]).toEqual([false, '1 shards out of 3 failed'])
    }
    client.close()
  }
  await flow.server.seen('1 shards out of 3 failed')
  using client = new Client(flow.server.address)
  await expect(client.post('/all', 'x')).rejects.toThrow('Breaks failed: RangeError: broken')
})
