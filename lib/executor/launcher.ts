/** What `MyExec.serve()` does, handed in from above: an executor's class knows nothing of servers. */
import type { ExecutorSpec, FlowSpec } from '../plan/flow-spec.ts'
import type { ExecutorClass } from './handover.ts'

/** Options of the Flow around the executor, and of the executor itself. */
export interface ServeOptions
  extends FlowSpec,
    Pick<
      ExecutorSpec,
      | 'usesWith'
      | 'usesMetas'
      | 'usesRequests'
      | 'usesDynamicBatching'
      | 'replicas'
      | 'shards'
      | 'polling'
      | 'timeoutReady'
      | 'exitOnExceptions'
      | 'reload'
    > {
  /** Aborting it ends the server. */
  readonly signal?: AbortSignal
  /** Jina's name of `signal`. */
  readonly stopEvent?: AbortSignal
  /** false: resolves with a handle once it is ready, instead of serving until the end. Default: true. */
  readonly block?: boolean
}

/** A served executor that can be called and closed. */
export interface Served extends AsyncDisposable {
  /** `HOST:PORT` of the first protocol. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

export type Launcher = (Class: ExecutorClass, options: ServeOptions) => Promise<Served | undefined>

let launcher: Launcher | null = null

export function setLauncher(given: Launcher): void {
  launcher = given
}

export function launch(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined> {
  return launcher!(Class, options)
}
