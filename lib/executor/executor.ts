/** The class that users extend. What the worker knows (name, metas, workspace, log) is there from `super()` on. */
import path from 'node:path'
import type { Link } from '../link/link.ts'
import type { ExecutorClass } from './handover.ts'
import {
  type LoadExecutorOptions,
  launcherSet,
  type Served,
  type ServeOptions,
  type StandaloneComposeOptions,
  StandaloneExecutorType,
  type StandaloneKubernetesOptions,
} from './launcher.ts'

/** Facts of the process that an executor runs in (Jina facts §3.7). */
export interface RuntimeArgs {
  /** Name of the pod as Jina writes it: `executor0/rep-0`. */
  readonly name: string
  readonly replicas: number
  readonly shards: number
  readonly shardId: number
  readonly replicaId: number
  readonly workspace: string | null
}

/** What an executor says of itself; `--uses-metas` overrides. */
export interface Metas {
  readonly name: string
  readonly description?: string
  readonly workspace?: string
  readonly [key: string]: unknown
}

/** Lines go to the operator's log under the executor's name. */
export interface ExecutorLogger {
  debug(...values: unknown[]): void
  info(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
}

/** What is handed over to the executor that is being made. */
export interface Making {
  readonly name: string
  readonly metas: Metas
  readonly runtimeArgs: RuntimeArgs
  readonly logger: ExecutorLogger
  /** Endpoint → method name. */
  readonly requests: Readonly<Record<string, string>>
  /** To the process that serves it. */
  readonly link?: Link
}

const links = new WeakMap<Executor, Link>()

/** The link of an executor's process; null where there is none, as in a user's unit test. */
export function linkOf(executor: Executor): Link | null {
  return links.get(executor) ?? null
}

/** Set while a constructor runs: `super()` takes no arguments, so this is the way in. */
let making: Making | null = null

/** Makes an executor that finds `given` in its base class. */
export function makeExecutor<T>(given: Making, construct: () => T): T {
  making = given
  try {
    return construct()
  } finally {
    making = null
  }
}

/** What an executor has that nobody serves, as in a user's unit test. */
function alone(name: string): Making {
  return {
    name,
    metas: { name },
    runtimeArgs: { name, replicas: 1, shards: 1, shardId: 0, replicaId: 0, workspace: null },
    logger: console,
    requests: {},
  }
}

/**
 * Base of all executors. Bind methods to endpoints by `@requests` or by a static `requests` map; the constructor gets one
 * object, the `uses_with` of the command line or YAML.
 */
export class Executor {
  /** Endpoint → method name, for those who do without decorators. */
  static requests?: Readonly<Record<string, string>>

  /**
   * Serves the class behind a gateway until SIGINT, SIGTERM or `signal`; with `block: false` resolves with a handle once it
   * is ready. Rejects with XserveError when it does not start.
   */
  static serve(this: ExecutorClass, options: ServeOptions & { readonly block: false }): Promise<Served>
  static serve(this: ExecutorClass, options?: ServeOptions): Promise<undefined>
  static serve(this: ExecutorClass, options: ServeOptions = {}): Promise<Served | undefined> {
    // biome-ignore lint/complexity/noThisInStatic: it is the user's class that is served, not this one
    return launcherSet().serve(this, options)
  }

  /**
   * Makes an executor in this very process, as its configuration says: the name of a YAML file or of a folder with its
   * config.yml, `file.ts#Class`, YAML itself, or an object of the same keys. `init()` has run; `close()` is the caller's.
   * Rejects with XserveError for what is wrong with the configuration, else with what the class throws.
   */
  static loadConfig(
    given: string | Readonly<Record<string, unknown>>,
    options: LoadExecutorOptions = {},
  ): Promise<Executor> {
    return launcherSet().load(given, options)
  }

  /** Kinds of `executorType`. */
  static readonly StandaloneExecutorType = StandaloneExecutorType

  /**
   * Writes Kubernetes manifests of the executor, by default behind a gateway. Resolves with the files; rejects with XserveError
   * NOT_CONTAINERIZED when `uses` is no image.
   */
  static toKubernetesYaml(this: ExecutorClass, options: StandaloneKubernetesOptions): Promise<readonly string[]> {
    // biome-ignore lint/complexity/noThisInStatic: it is the user's class that is exported, not this one
    return launcherSet().toKubernetes(this, options)
  }

  /** Writes a Compose file of the executor; otherwise as above. */
  static toDockerComposeYaml(this: ExecutorClass, options: StandaloneComposeOptions = {}): Promise<readonly string[]> {
    // biome-ignore lint/complexity/noThisInStatic: it is the user's class that is exported, not this one
    return launcherSet().toCompose(this, options)
  }

  /** Name of the deployment: the name in routes and of specific parameters (`executor0__top_k`). */
  readonly name: string
  readonly metas: Metas
  readonly runtimeArgs: RuntimeArgs
  readonly logger: ExecutorLogger
  /** Endpoint → method name, as served. */
  readonly requests: Readonly<Record<string, string>>

  constructor() {
    const given = making ?? alone(new.target.name)
    this.name = given.name
    this.metas = given.metas
    this.runtimeArgs = given.runtimeArgs
    this.logger = given.logger
    this.requests = given.requests
    if (given.link) links.set(this, given.link)
  }

  /**
   * Folder of this executor's own, made when first asked for: the workspace given (or JINA_DEFAULT_WORKSPACE_BASE,
   * or ~/.cache/jina), then the name, then the shard's number when there are several (Jina facts §3.7).
   */
  get workspace(): string {
    const { workspace, shards, shardId } = this.runtimeArgs
    const base =
      workspace ??
      this.metas.workspace ??
      process.env.JINA_DEFAULT_WORKSPACE_BASE ??
      path.join(process.getBuiltinModule('node:os').homedir(), '.cache', 'jina')
    const folder = path.resolve(base, this.metas.name, ...(shards > 1 ? [String(shardId)] : []))
    // Loaded here: few executors have a workspace, and all wait for what is loaded at their start.
    process.getBuiltinModule('node:fs').mkdirSync(folder, { recursive: true })
    return folder
  }

  /** Runs once after the constructor and before the first call; may be asynchronous. Throwing here fails the start. */
  init(): void | Promise<void> {}

  /** Runs once at the end, after the last call; may be asynchronous. */
  close(): void | Promise<void> {}
}
