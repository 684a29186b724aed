/** A Flow written in TypeScript as a plan: every option checked, every default filled in. */
import path from 'node:path'
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { DEFAULT_DEPLOYMENT, DEFAULT_GATEWAY } from './defaults.ts'
import { resolveExecutorSource } from './executor-source.ts'
import { externalAddresses } from './external.ts'
import { EXECUTOR_KEYS, type ExecutorSpec, FLOW_KEYS, type FlowSpec, type NodeSpec } from './flow-spec.ts'
import { planGraph } from './graph.ts'
import { resolveListeners } from './listeners.ts'
import type { BatchingPlan, DeploymentPlan, FlowPlan, GatewayPlan, PollingPlan, UsesPlan } from './plan.ts'

/** Jina's. */
const BATCH_TIMEOUT_MS = 10_000
const MOST = 1000

function bad(where: string, message: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `${where}: ${message}`, { where, ...(hint === undefined ? {} : { hint }) })
}

/** `folder`: where relative paths begin. Throws XserveError BAD_ARGUMENT, FILE_NOT_FOUND. */
export function planFlow(flow: FlowSpec, executors: readonly NodeSpec[], folder: string): FlowPlan {
  const spec = read<FlowSpec>('the Flow', flow, FLOW_KEYS)
  const nodes = executors.map((one, index) => {
    const given = read<NodeSpec>(one.name ?? `executor${index}`, one, EXECUTOR_KEYS)
    return { ...given, name: given.name ?? `executor${index}` }
  })
  const graph = planGraph(
    nodes.map((node) => ({
      name: node.name,
      ...(node.needs === undefined ? {} : { needs: typeof node.needs === 'string' ? [node.needs] : node.needs }),
      needsAll: node.method === 'needs_all',
      floating: node.floating ?? false,
      when: node.when ?? null,
      noReduce: node.noReduce ?? node.disableReduce ?? false,
    })),
  )
  return {
    name: spec.name ?? null,
    gateway: planGateway(spec, folder),
    deployments: nodes.map((node) => planDeployment(node, spec, folder)),
    graph,
    files: [],
  }
}

/** Known keys in camelCase. */
function read<Spec extends object>(where: string, given: Spec, keys: readonly (keyof Spec & string)[]): Spec {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (!(keys as readonly string[]).includes(name)) {
      const guess = nearest(name, keys)
      throw bad(where, `there is no option ${key}`, guess === undefined ? undefined : `did you mean ${guess}?`)
    }
    out[name] = value
  }
  return out as Spec
}

function planGateway(spec: FlowSpec, folder: string): GatewayPlan {
  const words = (value: string | number | readonly (string | number)[] | undefined) =>
    value === undefined ? [] : [value].flat().map(String)
  const { protocols } = resolveListeners(words(spec.protocol), words(spec.port))
  const { sslCertfile, sslKeyfile } = spec
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined)) {
    throw bad('the Flow', 'TLS needs sslCertfile and sslKeyfile')
  }
  const tls =
    sslCertfile === undefined || sslKeyfile === undefined
      ? null
      : { certificateFile: path.resolve(folder, sslCertfile), keyFile: path.resolve(folder, sslKeyfile) }
  return {
    ...DEFAULT_GATEWAY,
    listeners: protocols,
    host: spec.host ?? DEFAULT_GATEWAY.host,
    timeoutSendMs: limitOf(spec.timeoutSend),
    retries: spec.retries ?? DEFAULT_GATEWAY.retries,
    prefetch: spec.prefetch ?? DEFAULT_GATEWAY.prefetch,
    tls,
    http: {
      title: spec.title ?? null,
      description: spec.description ?? null,
      cors: spec.cors ?? false,
      debugEndpoints: !spec.noDebugEndpoints,
      crudEndpoints: !spec.noCrudEndpoints,
      exposeEndpoints: spec.exposeEndpoints ?? {},
    },
    env: texts(spec.env),
  }
}

function planDeployment(node: NodeSpec & { readonly name: string }, flow: FlowSpec, folder: string): DeploymentPlan {
  const { name } = node
  const uses = (given: string | UsesPlan | undefined) => (given === undefined ? null : usesOf(name, given, folder))
  const workspace = node.workspace ?? flow.workspace
  const main: UsesPlan = node.external
    ? { kind: 'external', addresses: externalAddresses(name, node) }
    : (uses(node.uses) ?? { kind: 'pass' })
  return {
    ...DEFAULT_DEPLOYMENT,
    name,
    uses: main,
    usesWith: node.usesWith ?? {},
    usesMetas: node.usesMetas ?? {},
    usesRequests: node.usesRequests ?? {},
    dynamicBatching: batchingOf(name, node),
    usesBefore: uses(node.usesBefore),
    usesAfter: uses(node.usesAfter),
    shards: count(name, 'shards', node.shards),
    replicas: main.kind === 'external' ? main.addresses.length : count(name, 'replicas', node.replicas),
    polling: pollingOf(name, node.polling),
    timeoutSendMs: limitOf(node.timeoutSend),
    retries: node.retries ?? DEFAULT_DEPLOYMENT.retries,
    grpcMetadata: node.grpcMetadata ?? {},
    timeoutReadyMs: node.timeoutReady ?? DEFAULT_DEPLOYMENT.timeoutReadyMs,
    workspace: workspace === undefined ? null : path.resolve(folder, workspace),
    env: { ...texts(flow.env), ...texts(node.env) },
    exitOnExceptions: node.exitOnExceptions ?? [],
    reload: node.reload ?? false,
    restart: node.restart ?? false,
    port: typeof node.port === 'number' ? node.port : null,
  }
}

function usesOf(name: string, given: string | UsesPlan, folder: string): UsesPlan {
  if (typeof given !== 'string') return given
  const image = /^docker:\/\/(.+)$/.exec(given)?.[1]
  if (image !== undefined) return { kind: 'image', image, written: given }
  try {
    const { file, className } = resolveExecutorSource(given, undefined, folder)
    return { kind: 'module', modules: [file], className, config: null }
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    throw new XserveError(error.code, `${name}: ${error.message}`, { where: name, ...error.details })
  }
}

function count(name: string, option: string, value = 1): number {
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value
  throw bad(name, `${option} must be a whole number from 1 to ${MOST}, not ${JSON.stringify(value)}`)
}

const limitOf = (ms: number | undefined): number | null => (ms === undefined || ms < 0 ? null : ms)

const texts = (values: ExecutorSpec['env'] = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))

function pollingOf(name: string, given: ExecutorSpec['polling'] = 'any'): PollingPlan {
  const word = (value: unknown): 'any' | 'all' => {
    const text = typeof value === 'string' ? value.toLowerCase() : ''
    if (text === 'any' || text === 'all') return text
    throw bad(name, `polling is any or all, not ${JSON.stringify(value)}`)
  }
  if (typeof given === 'string') return word(given)
  return Object.fromEntries(Object.entries(given).map(([endpoint, value]) => [endpoint, word(value)]))
}

function batchingOf(name: string, { usesDynamicBatching = {} }: ExecutorSpec): Readonly<Record<string, BatchingPlan>> {
  return Object.fromEntries(
    Object.entries(usesDynamicBatching).map(([key, given]) => {
      const spec = read(`${name}.usesDynamicBatching`, given, ['preferredBatchSize', 'timeout', 'flushAll'])
      return [
        key,
        {
          preferredBatchSize: count(name, 'preferredBatchSize', spec.preferredBatchSize),
          timeoutMs: spec.timeout ?? BATCH_TIMEOUT_MS,
          flushAll: spec.flushAll ?? false,
        },
      ]
    }),
  )
}
