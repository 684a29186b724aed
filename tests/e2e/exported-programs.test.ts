/** Programs of containers, started as exports start them. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { startServer, xserve } from '../helpers/xserve.ts'

const root = mkdtempSync(path.join(tmpdir(), 'xserve-export-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = (name: string) => path.join(root, name)
const run = (...args: string[]) => xserve(args, { cwd: root, env: { XSERVE_IMAGE: 'xserve:test' } })

describe('programs as exports start them', () => {
  writeFileSync(
    at('who.ts'),
    `import { Executor, requests } from 'xserve'
     export default class Who extends Executor {
       @requests() tell({ docs }) { const { shardId, shards } = this.runtimeArgs; for (const doc of docs) doc.text = \`\${shardId} of \${shards}\` }
     }`,
  )
  writeFileSync(at('config.yml'), 'jtype: Who\npy_modules: [who.ts]\n')
  const textOf = async (address: string) => {
    const client = new Client(address)
    try {
      return (await client.post('/', ['x'])).texts
    } finally {
      client.close()
    }
  }

  test.each<[string, string[], string]>([
    ['one shard of several', ['--shards', '3', '--shard-id', '2'], '2 of 3'],
    ['Jina names the first one by leaving it out', ['--shards', '3', '--replicas', '2', '--native'], '0 of 3'],
    [
      'as Jina writes it for Kubernetes',
      [
        ...['--name', 'who-1', '--k8s-namespace', 'default', '--shards', '2', '--shard-id', '1', '--host', '0.0.0.0'],
        ...[
          '--port-monitoring',
          '9090',
          '--uses-metas',
          '{}',
          '--exit-on-exceptions',
          'ValueError',
          'KeyError',
          '--native',
        ],
      ],
      '1 of 2',
    ],
    ['as Jina writes it for Compose', ['--name', 'who/rep-1', '--replicas', '2', '--native'], '0 of 1'],
    ['as Jina writes it around shards', ['--name', 'who/uses-before', '--shards', '2', '--native'], '0 of 1'],
  ])('%s', async (_, words, text) => {
    await using server = await startServer('executor', ['--uses', at('config.yml'), '--port', '0', ...words])
    expect(await textOf(server.address)).toEqual([text])
  })

  test('a head and a gateway as Jina writes them, before two shards', async () => {
    const shard = (id: string) =>
      startServer('executor', ['--uses', at('config.yml'), '--port', '0', '--shards', '2', '--shard-id', id])
    await using one = await shard('0')
    await using two = await shard('1')
    await using head = await startServer('executor', [
      ...[
        '--name',
        'who/head',
        '--k8s-namespace',
        'default',
        '--polling',
        '{"/search": "ALL", "*": "ANY"}',
        '--shards',
        '2',
      ],
      ...[
        '--host',
        '0.0.0.0',
        '--runtime-cls',
        'HeadRuntime',
        '--pod-role',
        'HEAD',
        '--port',
        '0',
        '--uses-metas',
        '{}',
      ],
      ...[
        '--connection-list',
        JSON.stringify({ 0: one.address, 1: [two.address] }),
        '--timeout-send',
        '5000',
        '--native',
      ],
    ])
    await using gateway = await startServer('gateway', [
      ...['--port', '0', '--uses', 'GRPCGateway', '--expose-endpoints', '{}'],
      ...['--graph-description', '{"who": ["end-gateway"], "start-gateway": ["who"]}'],
      ...['--deployments-addresses', JSON.stringify({ who: [`grpc://${head.address}`] })],
    ])
    const seen = new Set<string>()
    for (let i = 0; i < 4; i++) seen.add((await textOf(gateway.address))[0]!)
    expect([...seen].sort()).toEqual(['0 of 2', '1 of 2'])
    const alone = await run('executor', '--pod-role', 'HEAD', '--port', '0')
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('--connection-list') })
  })

  test('an executor without endpoints passes on', async () => {
    await using server = await startServer('executor', ['--name', 'joiner', '--uses', 'BaseExecutor', '--port', '0'])
    expect(server.stderr()).toContain('joiner is ready')
    expect(await textOf(server.address)).toEqual(['x'])
  })

  test('a gateway of the user’s own comes from the description in its image', async () => {
    const refused = await run('gateway', '--uses', 'not-there.ts', '--port', '0')
    expect(refused.stderr).toContain('there is no file not-there.ts')
    writeFileSync(
      at('gate.ts'),
      `import { Gateway } from 'xserve'
       export default class Gate extends Gateway {
         constructor({ word }) { super(); this.word = word }
         fetch() { return new Response(this.word) }
       }`,
    )
    const words = ['--uses', at('gate.ts'), '--uses-with', '{"word":"mine"}', '--protocol', 'HTTP', '--port', '0']
    await using own = await startServer('gateway', words)
    expect(await (await fetch(`${own.http}/anything`)).text()).toBe('mine')
  })

  test('a gateway that Jina calls by the name of its own', async () => {
    await using server = await startServer('gateway', ['--uses', 'GRPCGateway', '--port', '0'])
    expect(await textOf(server.address)).toEqual(['x'])
  })
})
