/** `volumes` of an executor: a StatefulSet whose claim outlives its pods, a bind mount in Compose: `make cluster`. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from '../../lib/client/client.ts'
import { freePort } from '../helpers/free-port.ts'
import { forwarded, loadImages, onNode } from './cluster.ts'
import { BASE, buildImages, mustRun, place, sh } from './images.ts'

const at = place()
const NAMESPACE = `xserve-volumes-${process.pid}`
const IMAGE = 'xserve-test-keeper:one'
const port = freePort()
const kubectl = (...words: string[]) => sh('kubectl', '-n', NAMESPACE, ...words)

/** It remembers what it was told, in a file of its workspace. */
const KEEPER = `import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DocumentArray, Executor, requests } from 'xserve'
export default class Keeper extends Executor {
  @requests()
  keep({ docs }: { docs: DocumentArray }) {
    const file = path.join(this.workspace!, 'kept')
    for (const doc of docs) appendFileSync(file, doc.text + ' ')
    return DocumentArray.from([{ text: readFileSync(file, 'utf8') }])
  }
}
`
const flow = (host: string) =>
  at.write(
    'flow.yml',
    `jtype: Flow
with: {port: ${port}}
executors:
  - {name: keeper, uses: 'docker://${IMAGE}', volumes: ['${host}:/keep'], workspace: /keep}
`,
  )
/** Of the one claim, by its name: the cluster has no class of storage. `local` takes on the group of its pod, as disks do. */
const volume = `apiVersion: v1
kind: PersistentVolume
metadata: {name: ${NAMESPACE}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Delete
  claimRef: {namespace: ${NAMESPACE}, name: keeper-volume-keeper-0}
  local: {path: /tmp/${NAMESPACE}}
  nodeAffinity:
    required:
      nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}]
`

beforeAll(async () => {
  const [program = ''] = await buildImages(at)
  await mustRun(['build', at.write('keeper/keeper.ts', KEEPER), '--tag', IMAGE, '--base', BASE])
  await loadImages([program, IMAGE])
}, 180_000)
afterAll(() => at[Symbol.dispose]())

async function keep(address: string, text: string): Promise<string | undefined> {
  using client = new Client(address)
  return (await client.post('/', [text], { maxAttempts: 20 })).texts[0]
}

test('a pod that is made anew finds what the one before has kept', async () => {
  const folder = path.join(at.folder, 'k8s')
  await sh('kubectl', 'create', 'namespace', NAMESPACE)
  try {
    await onNode('mkdir', '-p', `/tmp/${NAMESPACE}`)
    await sh('kubectl', 'apply', '-f', at.write('volume.yml', volume))
    const words = ['--k8s-namespace', NAMESPACE, '--storage-size', '1Gi', '--storage-class', '']
    await mustRun(['export', 'k8s', flow('/unused'), folder, ...words])
    await kubectl('apply', '-R', '-f', folder)
    await kubectl('rollout', 'status', 'statefulset/keeper', '--timeout=90s')
    await kubectl('rollout', 'status', 'deployment/gateway', '--timeout=90s')
    using forward = await forwarded(`${NAMESPACE}/gateway:${port}`)
    expect(await keep(forward.address, 'one')).toBe('one ')
    await kubectl('delete', 'pod', 'keeper-0')
    await kubectl('rollout', 'status', 'statefulset/keeper', '--timeout=90s')
    expect(await keep(forward.address, 'two')).toBe('one two ')
  } finally {
    await sh('kubectl', 'delete', 'namespace', NAMESPACE, '--wait=false')
    await sh('kubectl', 'delete', 'persistentvolume', NAMESPACE, '--wait=false')
    await onNode('rm', '-rf', `/tmp/${NAMESPACE}`)
  }
})

test('Compose mounts the folder', async () => {
  const kept = path.join(at.folder, 'kept')
  mkdirSync(kept, { mode: 0o777 })
  await sh('chmod', '777', kept, at.folder)
  const file = path.join(at.folder, 'compose.yml')
  await mustRun(['export', 'compose', flow(kept), file])
  const compose = ['docker', 'compose', '-p', NAMESPACE, '-f', file]
  try {
    await sh(...compose, 'up', '--detach', '--wait')
    expect(await keep(`127.0.0.1:${port}`, 'one')).toBe('one ')
    const [file = ''] = [...new Bun.Glob('**/kept').scanSync({ cwd: kept, absolute: true })]
    expect(readFileSync(file, 'utf8')).toBe('one ')
  } finally {
    await sh(...compose, 'down', '-v', '-t', '3')
  }
})
