/** `xserve gateway`: executors elsewhere, late, gone and back, in shards, behind a name. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeStruct } from '../../lib/protobuf/struct.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { freePort } from '../client/grpc-server.ts'
import { caller, texts } from '../helpers/grpc.ts'
import { fixture, type Server, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const SIGNING = `${fixture('signing.ts')}#Signing`
const OWN = `import { type FetchContext, Gateway } from 'xserve'
export default class Own extends Gateway {
  async fetch(request: Request, { flow }: FetchContext) {
    return new Response(new URL(request.url).pathname + ' ' + (await flow.post('/', ['x'])).texts[0])
  }
}
`
const CHAIN = { 'start-gateway': ['a'], a: ['b'], b: ['end-gateway'] }
const gateway = (graph: object, addresses: object, ...more: string[]) =>
  startServer('gateway', [
    '--graph-description',
    JSON.stringify(graph),
    '--deployments-addresses',
    JSON.stringify(addresses),
    ...more,
  ])
const post = async (address: string, endpoint = '/') => {
  using client = caller(address)
  return await client.post(endpoint, [{ text: '' }])
}

let one: Server
let two: Server
beforeAll(async () => {
  one = await startServer('executor', [SIGNING, '--name', 'one'])
  two = await startServer('executor', [SIGNING, '--name', 'two'])
})
afterAll(() => Promise.all([one.stop(), two.stop()]))

describe('xserve gateway', () => {
  test('a chain over several protocols', async () => {
    await using front = await gateway(
      CHAIN,
      { a: [`grpc://${one.address}`], b: two.address },
      '--protocol',
      'grpc,http',
      '--port',
      '0',
    )
    expect(texts(await post(front.address))).toEqual(['>one/rep-0>two/rep-0'])
    expect((await xserve(['post', front.http, '--text', 'x'])).stdout).toContain('x>one/rep-0>two/rep-0')
    expect(front.stderr()).toMatch(/executors {2}a {2}grpc:\/\/127.0.0.1:\d+\n {13}b/)
    expect((await xserve(['ping', 'flow', front.address])).code).toBe(0)
  })

  test('a gateway of one’s own answers paths that the Flow has not; options without an effect are told', async () => {
    using folder = temporaryFolder()
    const file = path.join(folder.path, 'own.ts')
    writeFileSync(file, OWN)
    const addresses = { a: [one.address], b: two.address }
    await using front = await gateway(
      CHAIN,
      addresses,
      '--uses',
      file,
      '--protocol',
      'http',
      '--monitoring',
      '--prefetch',
      '7',
    )
    const answer = await fetch(`${front.http}/hello`)
    expect(await answer.text()).toBe('/hello x>one/rep-0>two/rep-0')
    expect(front.stderr()).toContain('--monitoring: monitoring is accepted, and comes into force with a later version')
    const { code, stderr } = await xserve(['gateway', '--uses', file, '--prefetch', '-1'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--prefetch must be at least 0')])
  })

  test('addresses of one node share its calls', async () => {
    const graph = { 'start-gateway': ['a'], a: ['end-gateway'] }
    await using front = await gateway(graph, { a: [one.address, two.address] })
    const seen = new Set<string | undefined>()
    for (let i = 0; i < 8; i++) seen.add(texts(await post(front.address))[0])
    expect([...seen].sort()).toEqual(['>one/rep-0', '>two/rep-0'])
  })

  test('shards all answer where the polling says so, and an executor behind them gets each one’s documents apart', async () => {
    const graph = { 'start-gateway': ['a'], a: ['end-gateway'] }
    const addresses = { a: { '0': [one.address], '1': [two.address], uses_after: [one.address] } }
    await using front = await gateway(graph, addresses, '--deployments-polling', '{"a": "all"}')
    expect(texts(await post(front.address))).toEqual(['>one/rep-0>one/rep-0', '>two/rep-0>one/rep-0'])
    const { bytes } = await post(front.address, '/who')
    const results = decodeStruct(Envelope.parse(bytes).parameters).__results__ as object
    expect(Object.keys(results).sort()).toEqual(['one/rep-0', 'two/rep-0'])
  })

  test('branches side by side, and a condition', async () => {
    const graph = { 'start-gateway': ['a', 'b'], a: ['join'], b: ['join'], join: ['end-gateway'] }
    const addresses = { a: [one.address], b: [two.address], join: [one.address] }
    await using front = await gateway(
      graph,
      addresses,
      '--deployments-no-reduce',
      '["join"]',
      '--graph-conditions',
      '{"b": {"text": {"$eq": "none"}}}',
    )
    const answer = await post(front.address)
    expect(texts(answer)).toEqual(['>one/rep-0>one/rep-0'])
    expect(answer.plain.data?.docs?.docs?.[0]).toMatchObject({ tags: { fields: { branches: {} } } })
  })

  test('a Flow can stand behind a Flow', async () => {
    const graph = { 'start-gateway': ['a'], a: ['end-gateway'] }
    await using inner = await gateway(CHAIN, { a: one.address, b: two.address })
    await using outer = await gateway(graph, { a: inner.address })
    expect(texts(await post(outer.address))).toEqual(['>one/rep-0>two/rep-0'])
  })

  // Public case 106.
  test('an executor that comes late, goes and returns', async () => {
    const port = freePort()
    const starting = gateway(CHAIN, { a: one.address, b: `127.0.0.1:${port}` })
    const late = await startServer('executor', [SIGNING, '--name', 'late', '--port', String(port)])
    await using front = await starting
    expect(texts(await post(front.address))).toEqual(['>one/rep-0>late/rep-0'])
    await late.stop()
    await front.seen('b at 127.0.0.1')
    await expect(post(front.address)).rejects.toMatchObject({
      code: 14,
      details: expect.stringMatching(/^b: nobody answers at 127\.0\.0\.1:\d+: the connection is refused/),
    })
    expect((await xserve(['ping', 'flow', front.address])).code).toBe(1)
    await using _ = await startServer('executor', [SIGNING, '--name', 'new', '--port', String(port)])
    await front.seen('b is back')
    expect(texts(await post(front.address))).toEqual(['>one/rep-0>new/rep-0'])
  })

  test('while somebody is missing it says whom it waits for, and a signal ends it', async () => {
    const graph = JSON.stringify({ 'start-gateway': ['a'], a: ['end-gateway'] })
    const child = xserve(
      ['gateway', '--graph-description', graph, '--deployments-addresses', `{"a": "127.0.0.1:${freePort()}"}`],
      { stopWhen: 'waiting for a' },
    )
    const { code, stderr } = await child
    expect(stderr).toMatch(/waiting for a: nobody answers at 127\.0\.0\.1:\d+: the connection is refused/)
    expect(code).toBe(0)
  })

  test('what cannot be is refused before a port is opened', async () => {
    const { code, stderr } = await xserve(['gateway', '--graph-description', '{"start-gateway": ["a"]}'])
    expect(code).toBe(2)
    expect(stderr).toContain('--graph-description: nothing leads to end-gateway')
  })
})

test('without a graph it says that nobody stands behind it, and returns requests as they are', async () => {
  await using server = await startServer('gateway', [])
  expect(server.stderr()).toMatch(/WARN .*no executor stands behind this gateway.*--graph-description/)
  using client = caller(server.address)
  expect(texts(await client.post('/', [{ text: 'same' }]))).toEqual(['same'])
})
