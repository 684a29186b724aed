/** What an executor in a container is told: arguments that this program and Jina's both understand. */
import type { BatchingPlan, DeploymentPlan } from '../plan/plan.ts'
import { saidShutdownMs } from '../plan/process-options.ts'
import { wordsOf } from './container-options.ts'
import type { Image } from './images.ts'

export interface ExecutorPlace {
  readonly port: number
  /** null: no metrics. */
  readonly monitoringPort: number | null
  /** null: it is no shard. */
  readonly shard: number | null
}

/** For containers, not for the program in them; or told otherwise. */
const NOT_TOLD: ReadonlySet<string> = new Set([
  'gpus',
  'volumes',
  'entrypoint',
  'env_from_secret',
  'image_pull_secrets',
  'k8s_namespace',
  'replicas',
  'shard_id',
  'force_network_mode',
  'resources',
  'node_selector',
  'shutdown_timeout',
  'timeout_ctrl',
  'port_monitoring',
  'py_modules',
])

/** Images of either program answer to `jina`; where only ours can be, it has its own name. */
export function commandOf(image: Image, options: Readonly<Record<string, unknown>>): string[] {
  if (typeof options.entrypoint === 'string') return wordsOf(options.entrypoint)
  return [image.kind === 'other' ? 'jina' : 'xserve']
}

export function executorArguments(plan: DeploymentPlan, image: Image, place: ExecutorPlace): string[] {
  const args = ['executor', '--name', plan.name]
  const add = (name: string, ...words: string[]): void => void args.push(`--${name}`, ...words)
  add('uses', image.kind === 'program' ? 'BaseExecutor' : 'config.yml')
  add('port', String(place.port))
  if (place.shard !== null) {
    add('shards', String(plan.shards))
    add('shard-id', String(place.shard))
  }
  for (const [name, value] of [
    ['uses-with', plan.usesWith],
    ['uses-metas', plan.usesMetas],
    ['uses-requests', plan.usesRequests],
    ['uses-dynamic-batching', batchingOf(plan)],
  ] as const) {
    if (Object.keys(value).length > 0) add(name, JSON.stringify(value))
  }
  const modules = (plan.options.py_modules ?? []) as readonly string[]
  // Python's are words of their own, as Jina takes them.
  const isPython = modules.every((module) => module.endsWith('.py'))
  if (modules.length > 0) add('py-modules', ...(isPython ? modules : [modules.join(',')]))
  if (plan.workspace !== null) add('workspace', plan.workspace)
  if (plan.exitOnExceptions.length > 0) add('exit-on-exceptions', ...plan.exitOnExceptions)
  if (place.monitoringPort !== null) add('port-monitoring', String(place.monitoringPort))
  args.push(...shutdownArguments(plan.options))
  // Off, which is Jina's default, is told by a flag of ours.
  if (plan.options.allow_concurrent === false && image.kind !== 'other') args.push('--no-allow-concurrent')
  args.push(...carriedArguments(plan.options, NOT_TOLD))
  if (image.kind === 'other') add('native')
  return args
}

/** In Jina's words, which both programs understand: seconds. */
export function shutdownArguments(options: Readonly<Record<string, unknown>>): readonly string[] {
  const ms = saidShutdownMs(options)
  return ms === undefined ? [] : ['--timeout-ctrl', String(Math.ceil(ms / 1000))]
}

/** Options as flags, in the order of their names. */
export function carriedArguments(
  options: Readonly<Record<string, unknown>>,
  without: ReadonlySet<string>,
): readonly string[] {
  return Object.entries(options)
    .filter(([name, value]) => !without.has(name) && value !== undefined && value !== null && value !== false)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      const flag = `--${name.replaceAll('_', '-')}`
      if (value === true) return [flag]
      if (Array.isArray(value)) return value.length === 0 ? [] : [flag, ...value.map(String)]
      return [flag, typeof value === 'object' ? JSON.stringify(value) : String(value)]
    })
}

/** As Jina writes it. */
export function batchingOf({ dynamicBatching }: DeploymentPlan): Readonly<Record<string, object>> {
  const written = ({ preferredBatchSize, timeoutMs, flushAll }: BatchingPlan) => ({
    preferred_batch_size: preferredBatchSize,
    timeout: timeoutMs,
    ...(flushAll ? { flush_all: true } : {}),
  })
  return Object.fromEntries(Object.entries(dynamicBatching).map(([key, one]) => [key, written(one)]))
}
