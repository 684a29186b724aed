/** What `MyExec.serve()`, `Executor.loadConfig()` and the exports do, handed in from above: an executor's class knows nothing of servers. */
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

/** Of exports of every kind. */
interface ExportOptions {
  /** Without it executors are for other Flows and gateways. Default: true. */
  readonly includeGateway?: boolean
  /** Image with this program. Default: XSERVE_IMAGE of the environment, else `xserve:` and the version. */
  readonly gatewayImage?: string
  /** Executor → image, for those that are classes here. */
  readonly images?: Readonly<Record<string, string>>
  /** Also over files that no export has written. Default: false. */
  readonly force?: boolean
}

/** Of `flow.toKubernetesYaml()`. */
export interface KubernetesExportOptions extends ExportOptions {
  /** Default: the Flow's name, else `default`. */
  readonly k8sNamespace?: string
  /** `kustomize` or `helm` for those who put it together with more. Default: manifests. */
  readonly format?: 'manifests' | 'kustomize' | 'helm'
  /** The namespace itself, too. Default: false. */
  readonly createNamespace?: boolean
  /** `linkerd`: the mesh balances. Default: none, the gateway does. */
  readonly mesh?: 'none' | 'linkerd'
  /** Of the claims that volumes become. Default: the cluster's class, 10G, ReadWriteOnce. */
  readonly storage?: {
    readonly className: string | null
    readonly size: string
    readonly accessModes: readonly string[]
  }
  /** Objects besides; each is left out by default. */
  readonly serviceMonitor?: boolean
  readonly autoscale?: { readonly least: number; readonly most: number } | null
  readonly disruptionBudget?: boolean
  readonly networkPolicy?: boolean
  readonly ingress?: { readonly host: string; readonly className: string | null } | null
}

/** Of `flow.toDockerComposeYaml()`. */
export interface ComposeExportOptions extends ExportOptions {
  /** Default: jina-network. */
  readonly networkName?: string
}

/** `EXTERNAL`: with a gateway, for clients and Flows. `SHARED`: without, for Flows alone. */
export const StandaloneExecutorType = { EXTERNAL: 0, SHARED: 1 } as const

/** Of the executor, the Flow around it (`portExpose: 8080`), and where it is written. */
interface StandaloneOptions extends Omit<ServeOptions, 'signal' | 'stopEvent' | 'block' | 'reload'> {
  /** Its image: `docker://acme/my-executor:1`. Default: the class itself, for which `images` has one. */
  readonly uses?: string
  /** Default: EXTERNAL. */
  readonly executorType?: (typeof StandaloneExecutorType)[keyof typeof StandaloneExecutorType]
  /** Jina's name of the gateway's port. */
  readonly portExpose?: number
}

/** Of `MyExec.toKubernetesYaml()`. */
export interface StandaloneKubernetesOptions
  extends StandaloneOptions,
    Omit<KubernetesExportOptions, 'includeGateway'> {
  /** Folder to write. */
  readonly outputBasePath: string
}

/** Of `MyExec.toDockerComposeYaml()`. */
export interface StandaloneComposeOptions extends StandaloneOptions, Omit<ComposeExportOptions, 'includeGateway'> {
  /** File to write. Default: docker-compose.yml. */
  readonly outputPath?: string
}

/** What is done with a class beyond making it. */
export interface Launcher {
  serve(Class: ExecutorClass, options: ServeOptions): Promise<Served | undefined>
  load(given: string | Readonly<Record<string, unknown>>, options: LoadExecutorOptions): Promise<Executor>
  toKubernetes(Class: ExecutorClass, options: StandaloneKubernetesOptions): Promise<readonly string[]>
  toCompose(Class: ExecutorClass, options: StandaloneComposeOptions): Promise<readonly string[]>
}

let launcher: Launcher | null = null

export function setLauncher(given: Launcher): void {
  launcher = given
}

/** The module 'xserve' sets it before any class can be made. */
export function launcherSet(): Launcher {
  return launcher!
}
