/** A plan as one Compose file: a service for each container, a network that they share, ports of the gateway alone. */
import path from 'node:path'
import type { FlowPlan } from '../../plan/plan.ts'
import { TLS_INSIDE } from '../container.ts'
import { type ImageOptions, resolveImages, USER_ID } from '../images.ts'
import { checkUnique } from '../names.ts'
import { signed } from '../output.ts'
import type { Workload } from '../workload.ts'
import { MONITORING_PORT, type Target, workloadsOf } from '../workloads.ts'
import { toYaml } from '../yaml.ts'
import { type ServiceContext, serviceOf } from './service.ts'

export interface ComposeOptions extends Omit<ImageOptions, 'target'> {
  readonly includeGateway: boolean
  /** Default: NETWORK. */
  readonly networkName: string | null
  /** Of the file, absolute: paths in it are relative to that. */
  readonly folder: string
}

/** These are Jina's. */
const EXECUTOR_PORT = 8081
export const NETWORK = 'jina-network'
export const COMPOSE_FILE = 'docker-compose.yml'

/** Throws XserveError NOT_CONTAINERIZED, BAD_CONFIG, BAD_ARGUMENT; then there is nothing to write. */
export function exportCompose(plan: FlowPlan, options: ComposeOptions): string {
  const images = resolveImages(plan, { ...options, target: 'docker-compose' })
  const target: Target = {
    executorPort: EXECUTOR_PORT,
    monitoringPort: monitoringPortOf,
    addresses: (name, replicas) => replicaNames(name, replicas).map((one) => `${one}:${EXECUTOR_PORT}`),
    tls: TLS_INSIDE,
  }
  const { gateway, executors } = workloadsOf(plan, images, target, options)
  const network = options.networkName ?? NETWORK
  const named = (workload: Workload): readonly (readonly [string, Workload])[] =>
    replicaNames(workload.name, workload.replicas).map((name) => [name, workload])
  const all = executors.flatMap(named)
  checkUnique(
    [...all, ['gateway', { deployment: 'gateway' }] as const].map(([name, { deployment }]) => ({ name, deployment })),
  )
  const context = (needs: readonly string[]): ServiceContext => ({
    network,
    needs,
    relative: (file) => relativeTo(options.folder, file),
    warn: options.warn,
  })
  if (gateway !== null && gateway.tls !== null)
    options.warn(`the certificate's key must be readable for user ${USER_ID}, whom the gateway runs as`)
  if (gateway !== null && gateway.replicas > 1)
    options.warn(`the gateway's ports are published by one container: replicas: ${gateway.replicas} is left out`)
  const services = Object.fromEntries([
    ...all.map(([name, workload]) => [name, serviceOf(workload, context([]))] as const),
    ...(gateway ? [['gateway', serviceOf(gateway, context(all.map(([name]) => name)))] as const] : []),
  ])
  const volumes = namedVolumes(executors)
  const text = toYaml([
    {
      networks: { [network]: { driver: 'bridge' } },
      services,
      ...(volumes.length > 0 ? { volumes: Object.fromEntries(volumes.map((name) => [name, {}])) } : {}),
    },
  ])
  return signed(text, 'docker-compose')
}

function monitoringPortOf({ monitoring, port_monitoring }: Readonly<Record<string, unknown>>): number | null {
  if (monitoring !== true) return null
  const [port] = [(port_monitoring ?? []) as number | readonly number[]].flat()
  return port ?? MONITORING_PORT
}

/** As Jina names them. */
function replicaNames(name: string, replicas: number): readonly string[] {
  if (replicas === 1 || name === 'gateway') return [name]
  return Array.from({ length: replicas }, (_, index) => `${name}-rep-${index}`)
}

/** What is no path is a volume of the engine's. */
function namedVolumes(workloads: readonly Workload[]): readonly string[] {
  const sources = workloads.flatMap(({ volumes }) => volumes.map(({ source }) => source))
  return [...new Set(sources)].filter((source) => source !== null && !/^[./~$]/.test(source)) as string[]
}

/** Compose takes a path for one only if it begins so. */
function relativeTo(folder: string, file: string): string {
  const relative = path.relative(folder, file)
  return relative.startsWith('.') ? relative : `./${relative}`
}
