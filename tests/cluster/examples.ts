/** The documentation's examples of deployment, as they stand there: `make cluster`. They want port 8080 of this machine. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { forwarded, loadImages } from './cluster.ts'
import { buildImages, mustRun, place, sh, toldBy } from './images.ts'

const at = place()
const example = (name: string) => path.resolve(import.meta.dir, `../../fixtures/documentation/${name}.ts`)
/** What the program takes `jinaai+docker://jina-ai/DummyHubExecutor` for. */
const HUB_IMAGE = 'jina-ai/dummyhubexecutor'

beforeAll(async () => {
  const [program = '', teller = ''] = await buildImages(at)
  await sh('docker', 'tag', teller, HUB_IMAGE)
  await loadImages([program, `${HUB_IMAGE}:latest`])
}, 180_000)

afterAll(async () => {
  await sh('docker', 'rmi', HUB_IMAGE)
  at[Symbol.dispose]()
})

async function expectAnswer(address: string): Promise<void> {
  const client = new Client(address)
  try {
    const docs = await client.post('/', ['hi'], { maxAttempts: 20 })
    expect(toldBy(docs.texts[0])).toMatchObject({ version: 'one', text: 'hi' })
  } finally {
    client.close()
  }
}

test('serve via Kubernetes', async () => {
  await mustRun(['script', example('kubernetes')], at.folder)
  const folder = path.join(at.folder, 'config_out_folder')
  try {
    await sh('kubectl', 'apply', '-R', '-f', folder)
    for (const name of ['executor0', 'gateway']) {
      await sh('kubectl', 'rollout', 'status', `deployment/${name}`, '--timeout=90s')
    }
    using forward = await forwarded('default/gateway:8080')
    await expectAnswer(forward.address)
  } finally {
    await sh('kubectl', 'delete', '-R', '-f', folder, '--wait=false')
  }
})

test('serve via Docker Compose', async () => {
  await mustRun(['script', example('compose')], at.folder)
  const compose = ['docker', 'compose', '-f', path.join(at.folder, 'docker-compose.yml')]
  try {
    await sh(...compose, 'up', '--detach', '--wait')
    await expectAnswer('127.0.0.1:8080')
  } finally {
    await sh(...compose, 'down', '-v', '-t', '3')
  }
})

test('one executor for other Flows', async () => {
  const folder = path.join(at.folder, 'shared')
  const words = ['export', 'k8s', `docker://${HUB_IMAGE}`, folder, '--no-include-gateway', '--k8s-namespace', 'default']
  await mustRun([...words, '--port-expose', '8080'])
  try {
    await sh('kubectl', 'apply', '-R', '-f', folder)
    await sh('kubectl', 'rollout', 'status', 'deployment/executor0', '--timeout=90s')
    expect(await sh('kubectl', 'get', 'service', 'executor0', '-o', 'jsonpath={.spec.ports[0].port}')).toBe('8080')
  } finally {
    await sh('kubectl', 'delete', '-R', '-f', folder, '--wait=false')
  }
})
