/** What can be written in TypeScript is what the table of options has: the compiler knows the first list, the table the second. */
import { expect, test } from 'bun:test'
import type { Scope } from '../../lib/config/table/option.ts'
import { findOption, inCamelCase, optionsOf } from '../../lib/config/table/options.ts'
import type { FlowSpec, NodeSpec } from '../../lib/plan/flow-spec.ts'

const CARRIED = {
  monitoring: true,
  portMonitoring: true,
  tracing: true,
  tracesExporterHost: true,
  tracesExporterPort: true,
  metrics: true,
  metricsExporterHost: true,
  metricsExporterPort: true,
  compression: true,
  grpcServerOptions: true,
  grpcChannelOptions: true,
  timeoutCtrl: true,
  shutdownTimeout: true,
  quiet: true,
  quietError: true,
  entrypoint: true,
  envFromSecret: true,
  imagePullSecrets: true,
  k8sNamespace: true,
  shardId: true,
  resources: true,
  nodeSelector: true,
} as const

const FLOW: Readonly<Record<keyof FlowSpec, true>> = {
  ...CARRIED,
  name: true,
  port: true,
  protocol: true,
  host: true,
  sslCertfile: true,
  sslKeyfile: true,
  sslCaCerts: true,
  title: true,
  description: true,
  cors: true,
  noDebugEndpoints: true,
  noCrudEndpoints: true,
  exposeEndpoints: true,
  prefetch: true,
  timeoutSend: true,
  retries: true,
  workspace: true,
  env: true,
  envFile: true,
  uses: true,
  usesWith: true,
  pyModules: true,
  reload: true,
  restart: true,
  exposeGraphqlEndpoint: true,
  replicas: true,
}

const EXECUTOR: Readonly<Record<keyof NodeSpec, true>> = {
  ...CARRIED,
  name: true,
  uses: true,
  usesWith: true,
  usesMetas: true,
  usesRequests: true,
  usesDynamicBatching: true,
  needs: true,
  method: true,
  floating: true,
  when: true,
  noReduce: true,
  disableReduce: true,
  replicas: true,
  shards: true,
  polling: true,
  usesBefore: true,
  usesAfter: true,
  external: true,
  host: true,
  port: true,
  tls: true,
  grpcMetadata: true,
  timeoutSend: true,
  timeoutReady: true,
  retries: true,
  workspace: true,
  env: true,
  envFile: true,
  pyModules: true,
  exitOnExceptions: true,
  reload: true,
  restart: true,
  allowConcurrent: true,
  gpus: true,
  volumes: true,
  forceNetworkMode: true,
  stateful: true,
  peerPorts: true,
  raftConfiguration: true,
}

const EFFECTIVE: ReadonlySet<string> = new Set(['have', 'later', 'export'])

test.each<[Scope, object]>([
  ['gateway', FLOW],
  ['executor', EXECUTOR],
])('of the %s: every option with an effect, and no other', (scope, spec) => {
  const own = optionsOf(scope).filter(({ kind = 'have' }) => EFFECTIVE.has(kind))
  const names = new Set(Object.keys(spec).map((name) => findOption(scope, name)?.name ?? `${name}, which is none`))
  expect([...names].sort()).toEqual(own.map(({ name }) => name).sort())
  expect(Object.keys(spec).filter((name) => inCamelCase(name) !== name)).toEqual([])
})
