/** What `MyExec.serve()` and `Executor.loadConfig()` do, handed in from above: an executor's class knows nothing of servers. */
import type { ExecutorSpec, FlowSpec } from '../plan/flow-spec.ts'
import type { Executor } from './executor.ts'
import type { ExecutorClass } from './handover.ts'
import type { HereOptions } from './make-here.ts'

/** Options of the Flow around the executor, and of the executor itself. */
export interface ServeOptions
  extends Omit<FlowSpec, 'uses' | 'replicas'>,
    Omit<ExecutorSpec, 'uses' | 'name' | 'host' | 'port' | 'needs' | 'when' | 'floating' | 'external' | 'tls'> {
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

/** What an executor's own YAML leaves open, or is told otherwise. */
export interface LoadExecutorOptions extends HereOptions {
  /** Values of `CONTEXT.x` in YAML. Default: none. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Values of `ENV.X` in YAML, over those of the process. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Launcher {
  serve(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined>
  load(given: string | Readonly<Record<string, unknown>>, options: LoadExecutorOptions): Promise<Executor>
}

let launcher: Launcher | null = null

export function setLauncher(given: Launcher): void {
  launcher = given
}

/** The module 'xserve' sets it before any class can be made. */
export function launcherSet(): Launcher {
  return launcher!
}
