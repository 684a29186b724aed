/** One executor behind a gateway, in TypeScript: `new Deployment({ uses })`, and what `MyExec.serve()` does. */
import { XserveError } from '../errors.ts'
import type { ExecutorClass } from '../executor/handover.ts'
import type { Served, ServeOptions } from '../executor/launcher.ts'
import type { FlowSpec } from '../plan/flow-spec.ts'
import { type AddOptions, Flow } from './flow.ts'

/** Options of the executor and of the gateway in front of it; where both have one, it is the gateway's port and host. */
export interface DeploymentOptions
  extends Omit<FlowSpec, 'name' | 'retries' | 'timeoutSend' | 'workspace' | 'env'>,
    Omit<
      AddOptions,
      'needs' | 'floating' | 'when' | 'external' | 'host' | 'port' | 'tls' | 'noReduce' | 'disableReduce'
    > {}

/** Those that the gateway takes; all others are the executor's. */
const OF_GATEWAY: ReadonlySet<string> = new Set<keyof FlowSpec>([
  'port',
  'protocol',
  'host',
  'sslCertfile',
  'sslKeyfile',
  'title',
  'description',
  'cors',
  'noDebugEndpoints',
  'noCrudEndpoints',
  'exposeEndpoints',
  'prefetch',
])

/** A served executor: a Flow of one. Its name is `executor` unless another is given, as in Jina. */
export class Deployment extends Flow {
  constructor(options: DeploymentOptions) {
    const entries = Object.entries(options)
    super(Object.fromEntries(entries.filter(([key]) => OF_GATEWAY.has(key))))
    super.add({ name: 'executor', ...Object.fromEntries(entries.filter(([key]) => !OF_GATEWAY.has(key))) })
  }

  /** A deployment is one executor. Throws XserveError BAD_ARGUMENT. */
  override add(): never {
    throw new XserveError('BAD_ARGUMENT', 'a Deployment is one executor', { hint: 'a Flow takes several' })
  }
}

/** Options of the executor itself; all others are the Flow's around it. */
const OF_EXECUTOR: ReadonlySet<string> = new Set<keyof ServeOptions>([
  'usesWith',
  'usesMetas',
  'usesRequests',
  'usesDynamicBatching',
  'replicas',
  'shards',
  'polling',
  'timeoutReady',
  'exitOnExceptions',
  'reload',
])

/** As in Jina: a Flow with one executor, called executor0. */
export async function serveClass(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined> {
  const { signal, stopEvent, block = true, ...rest } = options
  const entries = Object.entries(rest)
  const flow = new Flow(Object.fromEntries(entries.filter(([key]) => !OF_EXECUTOR.has(key))))
  flow.add({ uses: Class, ...Object.fromEntries(entries.filter(([key]) => OF_EXECUTOR.has(key))) })
  await flow.start()
  if (!block) return flow
  const end = signal ?? stopEvent
  await flow.block(end ? { signal: end } : {})
  return undefined
}
