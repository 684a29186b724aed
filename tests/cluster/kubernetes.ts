/** What `xserve export kubernetes` writes, on a real Kubernetes: `make cluster`. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { type Forward, forwarded, loadImages } from './cluster.ts'
import { buildImages, mustRun, place, sh, toldBy } from './images.ts'

const at = place()
const NAMESPACE = `xserve-test-${process.pid}`
const PORT = 18_080
const kubectl = (...words: string[]) => sh('kubectl', '-n', NAMESPACE, ...words)
const rollout = (name: string) => kubectl('rollout', 'status', `deployment/${name}`, '--timeout=90s')

const flow = (version: string) => `jtype: Flow
with: {name: demo, port: ${PORT}}
executors:
  - {name: index, uses: 'docker://xserve-test-teller:one', shards: 2, polling: ALL, needs: gateway}
  - {name: First, needs: gateway, uses: 'docker://xserve-test-teller:${version}', replicas: 2, env: {MODE: 'yes'}}
  - {name: joiner, needs: [First, index]}
`
async function apply(version: string): Promise<string> {
  const file = at.write('flow.yml', flow(version))
  await mustRun(['export', 'kubernetes', file, path.join(at.folder, 'k8s'), '--k8s-namespace', NAMESPACE])
  return kubectl('apply', '-R', '-f', path.join(at.folder, 'k8s'))
}

let forward: Forward
let client: Client

beforeAll(async () => {
  const images = await buildImages(at)
  await loadImages(images)
  await sh('kubectl', 'create', 'namespace', NAMESPACE)
  await apply('one')
  for (const name of ['first', 'index-0', 'index-1', 'joiner', 'gateway']) await rollout(name)
  forward = await forwarded(`${NAMESPACE}/gateway:${PORT}`)
  client = new Client(forward.address)
}, 180_000)

afterAll(async () => {
  client?.close()
  forward?.[Symbol.dispose]()
  await sh('kubectl', 'delete', 'namespace', NAMESPACE, '--wait=false')
  at[Symbol.dispose]()
}, 60_000)

interface Load {
  readonly failures: readonly string[]
  readonly hosts: ReadonlyMap<string, number>
  readonly versions: ReadonlySet<string>
}

/** Eight callers without pause until `end` has resolved. */
async function load(end: Promise<unknown>): Promise<Load> {
  const failures: string[] = []
  const hosts = new Map<string, number>()
  const versions = new Set<string>()
  let isOver = false
  void end.finally(() => (isOver = true))
  const caller = async () => {
    while (!isOver) {
      try {
        const docs = await client.post('/', ['x'], { targetExecutor: 'First' })
        const { host, version } = toldBy(docs.texts[0])
        hosts.set(host, (hosts.get(host) ?? 0) + 1)
        versions.add(version)
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  await Promise.all([end, ...Array.from({ length: 8 }, caller)])
  return { failures, hosts, versions }
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
}

/** The pods that are left of it, once those that are told to end have gone. */
async function settled(name: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const { items } = JSON.parse(await kubectl('get', 'pods', '-l', `app=${name}`, '-o', 'json')) as { items: Pod[] }
    const leaving = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    if (leaving.length === 0 && items.length === count) return items.map(({ metadata }) => metadata.name)
    const names = leaving.map(({ metadata }) => `pod/${metadata.name}`)
    if (names.length > 0) await kubectl('wait', '--for=delete', '--timeout=90s', ...names)
  }
}

describe('kubectl apply', () => {
  test('the Flow answers through its Service', async () => {
    const docs = await client.post('/', ['hi'])
    expect(toldBy(docs.texts[0])).toMatchObject({ version: 'one' })
    const first = await client.post('/', ['hi'], { targetExecutor: 'First' })
    expect(toldBy(first.texts[0])).toMatchObject({ mode: 'yes', shard: '0/1', text: 'hi' })
  })

  test('and from inside, by its name', async () => {
    const post = ['xserve', 'post', '--host', 'gateway', '--port', String(PORT), '--on', '/', '--text', 'hi']
    const told = await kubectl('exec', 'deployment/joiner', '--', ...post)
    expect(toldBy((JSON.parse(told) as { text: string }).text)).toMatchObject({ version: 'one', text: 'hi' })
  })

  test('again, nothing changes', async () => {
    const told = await apply('one')
    expect(
      told
        .trim()
        .split('\n')
        .filter((line) => !line.endsWith(' unchanged')),
    ).toEqual([])
  })

  test('the API server takes it strictly', async () => {
    await kubectl('apply', '--dry-run=server', '--validate=strict', '-R', '-f', path.join(at.folder, 'k8s'))
  })

  test('Kustomize takes its folder', async () => {
    const folder = path.join(at.folder, 'kustomize')
    const file = at.write('flow.yml', flow('one'))
    await mustRun(['export', 'k8s', file, folder, '--k8s-namespace', NAMESPACE, '--format', 'kustomize'])
    const told = await kubectl('apply', '--dry-run=server', '--validate=strict', '-k', folder)
    expect(
      told
        .trim()
        .split('\n')
        .filter((line) => !line.includes(' unchanged')),
    ).toEqual([])
  })

  test('a rolling update under load loses no request', async () => {
    const { failures, versions } = await load(
      (async () => {
        await apply('two')
        await rollout('first')
        await settled('first', 2)
      })(),
    )
    expect(failures).toEqual([])
    expect([...versions].sort()).toEqual(['one', 'two'])
    const docs = await client.post('/', ['x'], { targetExecutor: 'First' })
    expect(toldBy(docs.texts[0]).version).toBe('two')
  })

  test('more replicas share the load, fewer lose none of it', async () => {
    await kubectl('scale', 'deployment/first', '--replicas=3')
    await rollout('first')
    const pods = [...(await settled('first', 3))].sort()
    // As soon as the gateway has looked the name up again.
    const all = Promise.withResolvers<void>()
    const deadline = setTimeout(all.resolve, 20_000)
    const { failures, hosts } = await load(
      (async () => {
        const seen = new Set<string>()
        while (seen.size < 3) {
          const docs = await client.post('/', ['x'], { targetExecutor: 'First' })
          seen.add(toldBy(docs.texts[0]).host)
          if (deadline.hasRef() === false) break
        }
        clearTimeout(deadline)
      })(),
    )
    expect(failures).toEqual([])
    expect([...hosts.keys()].sort()).toEqual(pods)
    const fewer = await load(
      (async () => {
        await kubectl('scale', 'deployment/first', '--replicas=1')
        await settled('first', 1)
      })(),
    )
    expect(fewer.failures).toEqual([])
  })

  test('a pod that dies is made anew, and calls go on', async () => {
    const [pod] = await settled('index-0', 1)
    await kubectl('delete', 'pod', pod!, '--grace-period=0', '--force', '--wait=false')
    await rollout('index-0')
    await client.post('/', ['x'], { maxAttempts: 20 })
  })

  test('a new gateway takes over under load', async () => {
    const { failures } = await load(
      (async () => {
        await kubectl('rollout', 'restart', 'deployment/gateway')
        await rollout('gateway')
        await settled('gateway', 1)
      })(),
    )
    expect(failures).toEqual([])
  })
})
