/** Images of both sides in the exports of either, on a real engine and a real Kubernetes: `make cluster`. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { freePort } from '../helpers/free-port.ts'
import { forwarded, loadImages } from './cluster.ts'
import { buildImages, mustRun, place, sh, toldBy } from './images.ts'
import { ENVIRONMENT, pythonImage } from './python-image.ts'

const at = place()
const NAMESPACE = `xserve-mixed-${process.pid}`
const port = freePort()
let image: string
let images: readonly string[]

const ours = () =>
  at.write(
    'ours.yml',
    `jtype: Flow
with: {name: ours, port: ${port}}
executors:
  - {name: teller, uses: 'docker://xserve-test-teller:one', uses_with: {suffix: '!'}}
  - {name: signer, uses: 'docker://${image}', uses_with: {suffix: ' is'}, replicas: 2}
`,
  )

/** Jina's own exporter, with Jina's gateway and heads out of the image of Python. */
const theirs = () =>
  at.write(
    'theirs.py',
    `import os
os.environ['JINA_GATEWAY_IMAGE'] = '${image}'
from jina import Flow
flow = Flow(name='theirs', port=${port})
flow = flow.add(name='teller', uses='docker://xserve-test-teller:one', shards=2, polling='ALL', uses_with={'suffix': '!'})
flow = flow.add(name='signer', uses='docker://${image}', uses_with={'suffix': ' is'})
flow.to_docker_compose_yaml('${at.folder}/theirs-compose.yml')
flow.to_kubernetes_yaml('${at.folder}/theirs-k8s', k8s_namespace='${NAMESPACE}')
`,
  )

beforeAll(async () => {
  image = await pythonImage()
  images = [...(await buildImages(at)), image]
  await sh('env', 'JINA_OPTOUT_TELEMETRY=1', path.join(ENVIRONMENT, 'bin', 'python'), theirs())
}, 180_000)

afterAll(() => at[Symbol.dispose]())

/** Both have done their part: `HOST one  SHARD/SHARDS hi! is signed HOST`. */
async function expectAnswer(address: string): Promise<ReturnType<typeof toldBy>> {
  const client = new Client(address)
  try {
    const docs = await client.post('/', ['hi'], { maxAttempts: 20 })
    const told = toldBy(docs.texts[0])
    expect(told).toMatchObject({ version: 'one', text: expect.stringMatching(/^hi! (?:is )?signed \w/) })
    return told
  } finally {
    client.close()
  }
}

describe('docker compose', () => {
  const upAndDown = async (file: string) => {
    const compose = (...words: string[]) => sh('docker', 'compose', '-p', NAMESPACE, '-f', file, ...words)
    try {
      await compose('up', '--detach', '--wait')
      return await expectAnswer(`127.0.0.1:${port}`)
    } finally {
      await compose('down', '-v', '-t', '3')
    }
  }

  test('an executor of Python Jina in our export', async () => {
    const file = path.join(at.folder, 'ours-compose.yml')
    await mustRun(['export', 'docker-compose', ours(), file])
    await upAndDown(file)
  })

  test('ours as shards behind heads and a gateway of Jina, in its export', async () => {
    const { shard } = await upAndDown(path.join(at.folder, 'theirs-compose.yml'))
    expect(shard).toBe('0/2')
  })
})

describe('kubectl apply', () => {
  const rollout = (name: string) =>
    sh('kubectl', '-n', NAMESPACE, 'rollout', 'status', `deployment/${name}`, '--timeout=120s')
  const apply = (folder: string) => sh('kubectl', '-n', NAMESPACE, 'apply', '-R', '-f', path.join(at.folder, folder))

  beforeAll(async () => {
    await loadImages(images)
    await sh('kubectl', 'create', 'namespace', NAMESPACE)
  }, 120_000)

  afterAll(async () => {
    await sh('kubectl', 'delete', 'namespace', NAMESPACE, '--wait=false')
  }, 60_000)

  test('an executor of Python Jina in our export', async () => {
    await mustRun(['export', 'k8s', ours(), path.join(at.folder, 'ours-k8s'), '--k8s-namespace', NAMESPACE])
    await apply('ours-k8s')
    for (const name of ['teller', 'signer', 'gateway']) await rollout(name)
    using forward = await forwarded(`${NAMESPACE}/gateway:${port}`)
    await expectAnswer(forward.address)
    await sh('kubectl', '-n', NAMESPACE, 'delete', '-R', '-f', path.join(at.folder, 'ours-k8s'))
  })

  test('ours as shards behind heads and a gateway of Jina, in its export', async () => {
    await apply('theirs-k8s')
    for (const name of ['teller-0', 'teller-1', 'teller-head', 'signer', 'gateway']) await rollout(name)
    using forward = await forwarded(`${NAMESPACE}/gateway:${port}`)
    const { shard } = await expectAnswer(forward.address)
    expect(shard).toBe('0/2')
  })
})
