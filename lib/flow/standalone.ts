/** One executor behind a gateway, in TypeScript: `new Deployment({ uses })`, and what `MyExec.serve()` does. */
import { memberOf } from '../config/given.ts'
import { errorOf, problemAt } from '../config/problems.ts'
import { isOfExecutor, isOfFront } from '../config/table/options.ts'
import { XserveError } from '../errors.ts'
import type { ExecutorClass } from '../executor/handover.ts'
import type { Served, ServeOptions } from '../executor/launcher.ts'
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

/** As in Jina: a Flow with one executor, called executor0. */
export async function serveClass(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined> {
  const { signal, stopEvent, block = true, ...rest } = options
  const entries = Object.entries(rest)
  const flow = new Flow(Object.fromEntries(entries.filter(([key]) => !isOfExecutor(key))))
  flow.add({ uses: Class, ...Object.fromEntries(entries.filter(([key]) => isOfExecutor(key))) })
  await flow.start()
  if (!block) return flow
  const end = signal ?? stopEvent
  await flow.block(end ? { signal: end } : {})
  return undefined
}
