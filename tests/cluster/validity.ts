/** Every Flow that Jina was recorded to export, and the project's own, before a strict API server and Compose: `make cluster`. */
import { afterAll, beforeAll, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { recordedExports } from '../helpers/recorded-exports.ts'
import { FIXTURES, xserve } from '../helpers/xserve.ts'
import { place, sh } from './images.ts'

const recorded = recordedExports(process.env.XSERVE_EXPORTS ?? '')?.filter(({ isRefused }) => !isRefused)
if (recorded === undefined || recorded.length === 0)
  throw new Error('the recorded exports are not there: EXPORTS=FOLDER names their place')
const at = place()
const NAMESPACE = `xserve-valid-${process.pid}`

/** The operator of Prometheus brings this kind; a strict server refuses what it does not know. */
const SERVICE_MONITOR = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servicemonitors.monitoring.coreos.com}
spec:
  group: monitoring.coreos.com
  scope: Namespaced
  names: {kind: ServiceMonitor, plural: servicemonitors, singular: servicemonitor}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

beforeAll(async () => {
  await sh('kubectl', 'create', 'namespace', NAMESPACE)
  await sh('kubectl', 'apply', '-f', at.write('service-monitor.yml', SERVICE_MONITOR))
  await sh(
    'kubectl',
    'wait',
    '--for=condition=Established',
    'crd/servicemonitors.monitoring.coreos.com',
    '--timeout=20s',
  )
}, 60_000)

afterAll(async () => {
  await sh('kubectl', 'delete', 'namespace', NAMESPACE, '--wait=false')
  at[Symbol.dispose]()
}, 60_000)

/** Options that add objects and settings, so that they are seen by the server, too. */
const MORE = ['--service-monitor', '--autoscale', '1:3', '--disruption-budget', '--network-policy', '--mesh', 'linkerd']
const OF_GATEWAY = ['--ingress', 'flow.example.com']

/** Flows of the project whose executors are modules: an image is named for each. */
const own = ['reload', 'restart'].map((name) => ({
  name: `documentation/${name}`,
  flow: path.join(FIXTURES, 'documentation', `${name}.yml`),
  includeGateway: true,
  environment: {},
  options: ['--image', 'executor0=acme/my-executor:1'],
}))

test.each([...recorded.map((one) => ({ ...one, options: [] as string[] })), ...own])(
  '$name',
  async ({ name, flow, includeGateway, environment, options }) => {
    mkdirSync(path.join(at.folder, name), { recursive: true })
    const common = includeGateway ? options : [...options, '--no-include-gateway']
    const everything = includeGateway ? [...MORE, ...OF_GATEWAY] : MORE
    const write = async (...words: string[]) => {
      const { code, stderr } = await xserve(['export', ...words, ...common], { env: environment, timeoutMs: 60_000 })
      if (code !== 0) throw new Error(stderr)
    }
    for (const [folder, more] of Object.entries({ plain: [], everything })) {
      const out = path.join(at.folder, name, folder)
      await write('k8s', flow, out, ...more, '--k8s-namespace', NAMESPACE)
      await sh('kubectl', 'apply', '--dry-run=server', '--validate=strict', '-R', '-f', out)
    }
    const file = path.join(at.folder, name, 'compose.yml')
    await write('compose', flow, file)
    await sh('docker', 'compose', '-f', file, 'config', '--quiet')
  },
)
