/** Streams through Flows over every protocol: chains, joins, conditions, and what no Flow can stream. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { type Server, startServer, temporaryFolder, xserve } from '../helpers/xserve.ts'

const EXECUTORS = `import { Document, Executor } from 'xserve'
export class Marks extends Executor {
  static requests = { '/default': 'mark', '/twice': 'twice' };
  constructor({ word }) { super(); this.word = word }
  mark({ docs }) { for (const doc of docs) doc.text += ' ' + this.word }
  twice({ docs }) { docs.push(new Document({ text: 'more' })) }
}
export class Counts extends Executor {
  static requests = { '/s': 'count', '/twice': 'count' };
  *count({ doc }) { for (let i = 0; i < 3; i++) yield doc.text + ' ' + i }
}
export class Sides extends Executor {
  static requests = { '/s': 'sides' };
  *sides({ docsMap }) { for (const [name, docs] of Object.entries(docsMap)) yield name + ': ' + docs.texts.join() }
}
`
const node = (name: string, uses: string, more: string) =>
  `  - {name: ${name}, uses: "marks.ts#${uses}", uses_with: {word: ${name}}, ${more}}\n`
const marks = (name: string, more = 'needs: gateway') => node(name, 'Marks', more)
const counts = (name: string, more = 'needs: gateway') => node(name, 'Counts', more)

const FLOWS = {
  chain: marks('a') + counts('b', 'needs: a') + marks('c', 'needs: b'),
  chosen:
    marks('odd', 'needs: gateway, when: {tags__odd: {$eq: true}}') +
    marks('even', 'needs: gateway, when: {tags__odd: {$eq: false}}') +
    counts('join', 'needs: [odd, even]') +
    marks('z', 'needs: join'),
  sides: marks('l') + marks('r') + node('join', 'Sides', 'needs: [r, l], no_reduce: true'),
  branch: counts('b') + marks('r') + marks('join', 'needs: [b, r]'),
  none: `${marks('l')}${marks('r')}  - {name: join, needs: [l, r]}\n`,
}

const folder = temporaryFolder({
  'marks.ts': EXECUTORS,
  ...Object.fromEntries(
    Object.entries(FLOWS).map(([name, executors]) => [
      `${name}.yml`,
      `jtype: Flow\nwith: {port: [0, 0, 0], protocol: [grpc, http, websocket]}\nexecutors:\n${executors}`,
    ]),
  ),
})
const servers = new Map<string, Server>()
beforeAll(async () => {
  const names = Object.keys(FLOWS)
  const all = await Promise.all(names.map((name) => startServer('flow', [path.join(folder.path, `${name}.yml`)])))
  for (const [index, name] of names.entries()) servers.set(name, all[index]!)
})
afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.stop()))
  folder[Symbol.dispose]()
})

describe.each(['grpc', 'http', 'websocket'] as const)('over %s', (protocol) => {
  const addressOf = (flow: keyof typeof FLOWS): string => {
    const { address, http, websocket } = servers.get(flow)!
    return { grpc: address, http, websocket }[protocol]
  }
  async function stream(flow: keyof typeof FLOWS, on: string, document: string | object = 'x') {
    using client = new Client(addressOf(flow))
    const texts = []
    for await (const { text } of client.streamDoc(on, document as string)) texts.push(text)
    return texts
  }

  test('in a chain each document goes on by itself', async () => {
    expect(await stream('chain', '/s')).toEqual(['x a 0 c', 'x a 1 c', 'x a 2 c'])
  })

  test('documents that an executor before adds are asked about in turn', async () => {
    expect(await stream('chain', '/twice')).toEqual(
      [0, 1, 2].flatMap((n) => [`x ${n}`, 'more']).concat([0, 1, 2].flatMap((n) => [`more ${n}`, 'more'])),
    )
  })

  test('behind branches with conditions the stream is that of the branch taken; where none is, it is empty', async () => {
    const asked = async (tags: object) => stream('chosen', '/s', { text: 'x', tags })
    expect(await asked({ odd: true })).toEqual([0, 1, 2].map((n) => `x odd ${n} z`))
    expect(await asked({ odd: false })).toEqual([0, 1, 2].map((n) => `x even ${n} z`))
    expect(await asked({ odd: 'neither' })).toEqual([])
  })

  test('branches side by side reach the generator in one call', async () => {
    expect(await stream('sides', '/s')).toEqual(['r: x r', 'l: x l'])
  })

  test('a stream into a join is refused, and why', async () => {
    await expect(stream('branch', '/s')).rejects.toThrow('b streams /s on a branch whose documents are joined')
    using client = new Client(addressOf('branch'))
    if (protocol !== 'http') {
      const { texts } = await client.post('/s', { id: 'd', text: 'x' })
      expect(texts).toEqual(['x 0 join', 'x 1 join', 'x 2 join', 'x r join'])
    }
  })
})

test('post --streaming sends each document by itself: each finds its branch, those of none are left out', async () => {
  const lines = [true, false, 'neither', true].map((odd, index) => JSON.stringify({ text: `d${index}`, tags: { odd } }))
  const args = ['--on', '/s', '--streaming', '--input', '-', '--show', 'text']
  const { code, stdout, stderr } = await xserve(['post', servers.get('chosen')!.address, ...args], {
    stdin: `${lines.join('\n')}\n`,
  })
  expect([code, stderr]).toEqual([0, ''])
  const of = (index: number, branch: string) => [0, 1, 2].map((n) => `d${index} ${branch} ${n} z`)
  expect(stdout.trim().split('\n')).toEqual([...of(0, 'odd'), ...of(1, 'even'), ...of(3, 'odd')])
})

test.each([
  ['branch', 'b streams /s on a branch whose documents are joined with those of others: post without streaming'],
  ['none', 'none of l, r streams /s: post without streaming'],
] as const)('post --streaming to %s ends with 1 and the reason', async (flow, reason) => {
  const { address } = servers.get(flow)!
  const { code, stderr } = await xserve(['post', address, '--on', '/s', '--streaming', '--text', 'x'])
  expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
})

test('a stream of an executor elsewhere, and of a Flow behind a Flow, goes on document by document', async () => {
  const file = (name: string) => path.join(folder.path, name)
  await using far = await startServer('executor', [`${file('marks.ts')}#Counts`])
  const flowOf = (name: string, executors: string) => {
    writeFileSync(file(name), `jtype: Flow\nwith: {port: 0}\nexecutors:\n${executors}`)
    return startServer('flow', [file(name)])
  }
  const external = (name: string, port: number, needs: string) =>
    `  - {name: ${name}, external: true, host: 127.0.0.1, port: ${port}, needs: ${needs}}\n`
  await using inner = await flowOf('inner.yml', marks('a') + external('far', far.port, 'a') + marks('c', 'needs: far'))
  await using outer = await flowOf('outer.yml', external('inner', inner.port, 'gateway') + marks('z', 'needs: inner'))
  using client = new Client(outer.address)
  const texts = []
  for await (const { text } of client.streamDoc('/s', 'x')) texts.push(text)
  expect(texts).toEqual([0, 1, 2].map((n) => `x a ${n} c z`))
})
