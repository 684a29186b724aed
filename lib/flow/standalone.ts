/** One executor behind a gateway, in TypeScript: `new Deployment({ uses })`, and what `MyExec.serve()` does. */
import { memberOf } from '../config/given.ts'
import { errorOf, problemAt } from '../config/problems.ts'
import { isOfExecutor, isOfFront } from '../config/table/options.ts'
import { XserveError } from '../errors.ts'
import type { ExecutorClass } from '../executor/handover.ts'
import {
  type Served,
  type ServeOptions,
  type StandaloneComposeOptions,
  StandaloneExecutorType,
  type StandaloneKubernetesOptions,
} from '../executor/launcher.ts'
import type { FlowSpec } from '../plan/flow-spec.ts'
import type { GivenConfig } from '../plan/given-config.ts'
import { type AddOptions, Flow, type FlowOrigin, type LoadConfigOptions, readGiven } from './flow.ts'

/** Options of the executor and of the gateway in front of it; where both have one, it is the gateway's port and host. */
export interface DeploymentOptions
  extends Omit<FlowSpec, 'uses' | 'replicas'>,
    Omit<AddOptions, 'needs' | 'floating' | 'when' | 'external' | 'host' | 'port' | 'tls'> {}

/** A served executor: a Flow of one. Its name is `executor` unless another is given, as in Jina. */
export class Deployment extends Flow {
  /** `origin` is for `loadConfig`. */
  constructor(options: DeploymentOptions, origin: FlowOrigin = { isDeployment: true, config: null }) {
    const entries = Object.entries(options)
    super(Object.fromEntries(entries.filter(([key]) => isOfFront(key))), origin)
    if (origin.config === null)
      super.add({ name: 'executor', ...Object.fromEntries(entries.filter(([key]) => !isOfFront(key))) })
  }

  /** As `Flow.loadConfig`, of what has `jtype: Deployment`. */
  static override loadConfig(given: GivenConfig, options: LoadConfigOptions = {}): Deployment {
    const jtype = memberOf(readGiven(given), 'jtype')
    if (jtype.value !== 'Deployment') {
      const problem = problemAt(jtype, 'this is no Deployment', 'jtype: Deployment; Flow.loadConfig reads a Flow')
      throw errorOf('BAD_CONFIG', [problem])
    }
    return new Deployment({}, { isDeployment: true, config: { given, options } })
  }

  /** A deployment is one executor. Throws XserveError BAD_ARGUMENT. */
  override add(): never {
    throw new XserveError('BAD_ARGUMENT', 'a Deployment is one executor', { hint: 'a Flow takes several' })
  }
}

/** Options of the executor itself; all others are the Flow's around it. */
const isOwn = (key: string): boolean => key === 'uses' || isOfExecutor(key)

/** As in Jina: a Flow with one executor, called executor0. */
function flowOf(Class: ExecutorClass, options: Readonly<Record<string, unknown>>): Flow {
  const entries = Object.entries(options)
  const flow = new Flow(Object.fromEntries(entries.filter(([key]) => !isOwn(key))))
  return flow.add({ uses: Class, ...Object.fromEntries(entries.filter(([key]) => isOwn(key))) })
}

export async function serveClass(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined> {
  const { signal, stopEvent, block = true, ...rest } = options
  const flow = flowOf(Class, rest)
  await flow.start()
  if (!block) return flow
  const end = signal ?? stopEvent
  await flow.block(end ? { signal: end } : {})
  return undefined
}

/** Options of exports, which the Flow does not know. */
const OF_EXPORT: ReadonlySet<string> = new Set([
  'k8sNamespace',
  'gatewayImage',
  'images',
  'force',
  'format',
  'createNamespace',
  'mesh',
  'storage',
  'serviceMonitor',
  'autoscale',
  'disruptionBudget',
  'networkPolicy',
  'ingress',
  'networkName',
])

/** What is exported of a class alone, and how. */
function exportOf<T extends { readonly executorType?: number }>(Class: ExecutorClass, options: T) {
  const { executorType = StandaloneExecutorType.EXTERNAL, ...rest } = options
  const entries = Object.entries(rest)
  const flow = flowOf(Class, Object.fromEntries(entries.filter(([key]) => !OF_EXPORT.has(key))))
  const own = Object.fromEntries(entries.filter(([key]) => OF_EXPORT.has(key)))
  return { flow, own: { ...own, includeGateway: executorType !== StandaloneExecutorType.SHARED } }
}

export async function classToKubernetes(
  Class: ExecutorClass,
  { outputBasePath, ...options }: StandaloneKubernetesOptions,
): Promise<readonly string[]> {
  const { flow, own } = exportOf(Class, options)
  return flow.toKubernetesYaml(outputBasePath, own)
}

export async function classToCompose(
  Class: ExecutorClass,
  { outputPath, ...options }: StandaloneComposeOptions,
): Promise<readonly string[]> {
  const { flow, own } = exportOf(Class, options)
  return flow.toDockerComposeYaml(outputPath, own)
}
