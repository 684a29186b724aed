/** Flows in TypeScript: `new Flow({ port }).add({ uses: MyExec }).start()`. Light: what serves is loaded with the start. */

import path from 'node:path'
import type { Client, PostOptions, PostRequest } from '../client/client.ts'
import { fromProgram, type Given } from '../config/given.ts'
import { unwritable } from '../config/unwritable.ts'
import type { DocumentArray } from '../document/document-array.ts'
import { type Problem, XserveError } from '../errors.ts'
import { type ExecutorClass, handOver, stopHere } from '../executor/handover.ts'
import type { ComposeExportOptions, KubernetesExportOptions, Served } from '../executor/launcher.ts'
import type { ExecutorSpec, FlowSpec, GatewaySpec, NodeSpec } from '../plan/flow-spec.ts'
import type { GivenConfig } from '../plan/given-config.ts'
import type { LoadedFlow } from '../plan/load.ts'
import type { FlowPlan, UsesPlan } from '../plan/plan.ts'
import type { Launched } from './launch.ts'
import { findClassFile, locateClass } from './locate-class.ts'

/** Options of an executor in a Flow; `uses` may be a class. */
export interface AddOptions extends Omit<ExecutorSpec, 'uses' | 'usesBefore' | 'usesAfter'> {
  readonly uses?: ExecutorSpec['uses'] | ExecutorClass
  readonly usesBefore?: ExecutorSpec['uses'] | ExecutorClass
  readonly usesAfter?: ExecutorSpec['uses'] | ExecutorClass
}

/** Options of the gateway alone; `uses` may be a class. */
export interface GatewayOptions extends Omit<GatewaySpec, 'uses'> {
  readonly uses?: GatewaySpec['uses'] | ExecutorClass
}

/** How a Flow is drawn. */
export interface PlotOptions {
  /** From top to bottom. Default: from left to right. */
  readonly verticalLayout?: boolean
  /** Also over a file that is no earlier picture, or was changed since. Default: false. */
  readonly force?: boolean
}

/** Ends a server that blocks. */
export interface BlockOptions {
  readonly signal?: AbortSignal
}

/** How a configuration is read. */
export interface LoadConfigOptions {
  /** Values of `CONTEXT.x`. Default: none. */
  readonly context?: Readonly<Record<string, unknown>>
  /** Values of `ENV.X`, over those of the process. */
  readonly env?: Readonly<Record<string, string>>
  /** Options of the Flow that go before those of the configuration. Default: none. */
  readonly with?: FlowSpec
}

/** Where a Flow comes from that was not built from nothing. */
export interface FlowOrigin {
  /** It is a Flow of one, with the options of both in one. */
  readonly isDeployment: boolean
  /** null: it was built by a program. */
  readonly config: { readonly given: GivenConfig; readonly options: LoadConfigOptions } | null
}

const BUILT: FlowOrigin = { isDeployment: false, config: null }

/** A graph of executors behind one gateway. It is built first, then started; a running one cannot be changed. */
export class Flow implements Served {
  readonly #spec: FlowSpec
  readonly #origin: FlowOrigin
  readonly #nodes: NodeSpec[] = []
  #gateway: GatewaySpec | null = null
  #starting: Promise<Launched> | null = null
  #launched: Launched | null = null

  /** `origin` is for `loadConfig`. */
  constructor(spec: FlowSpec = {}, origin: FlowOrigin = BUILT) {
    this.#spec = spec
    this.#origin = origin
  }

  /**
   * From the name of a YAML file, YAML itself, or an object of the same keys; more may be added before the start. Relative
   * paths are relative to the file. Throws XserveError FILE_NOT_FOUND, BAD_CONFIG; what the text means is checked at the start.
   */
  static loadConfig(given: GivenConfig, options: LoadConfigOptions = {}): Flow {
    readGiven(given)
    return new Flow({}, { isDeployment: false, config: { given, options } })
  }

  /** Its YAML, which reads as the same Flow; written to `file` when there is one, and paths are relative to that. */
  async saveConfig(file?: string): Promise<string> {
    const { flowYaml } = await import('../plan/save.ts')
    const from = process.cwd()
    const to = file === undefined ? from : path.dirname(path.resolve(file))
    const text = flowYaml(await this.#read(), { from, to })
    if (file !== undefined) await write(file, text)
    return text
  }

  /** One more executor, behind the one before unless `needs` says otherwise. */
  add(options: AddOptions = {}): this {
    return this.#push(options)
  }

  /** Options of the gateway alone, a `Gateway` class of your own among them; once more replaces them. */
  configGateway({ uses, ...rest }: GatewayOptions): this {
    this.#mustNotRun()
    this.#gateway = { ...rest, ...(uses === undefined ? {} : { uses: located(uses) }) }
    return this
  }

  /** Joins the branches of these. Default name: joiner. */
  needs(names: readonly string[], options: AddOptions = {}): this {
    return this.#push({ name: this.#freeName('joiner'), ...options, needs: names })
  }

  /** Joins all that nobody waits for yet. Default name: joiner. */
  needsAll(options: AddOptions = {}): this {
    return this.#push({ name: this.#freeName('joiner'), ...options }, 'needs_all')
  }

  #push(options: AddOptions, method?: NodeSpec['method']): this {
    this.#mustNotRun()
    const { uses, usesBefore, usesAfter, ...rest } = options
    this.#nodes.push({
      ...rest,
      ...(uses === undefined ? {} : { uses: located(uses) }),
      ...(usesBefore === undefined ? {} : { usesBefore: located(usesBefore) }),
      ...(usesAfter === undefined ? {} : { usesAfter: located(usesAfter) }),
      ...(method === undefined ? {} : { method }),
    })
    return this
  }

  #mustNotRun(): void {
    if (this.#starting)
      throw new XserveError('BAD_ARGUMENT', 'the Flow runs already: it is built before start(), and not changed then')
  }

  #freeName(name: string): string {
    const taken = (one: string) => this.#nodes.some((node) => node.name === one)
    if (!taken(name)) return name
    for (let i = 1; ; i++) if (!taken(`${name}${i}`)) return `${name}${i}`
  }

  /** What would be started. Rejects with XserveError BAD_ARGUMENT, BAD_CONFIG, FILE_NOT_FOUND. */
  async plan(): Promise<FlowPlan> {
    return (await this.#read()).plan
  }

  async #read(): Promise<LoadedFlow> {
    const { isDeployment, config } = this.#origin
    const folder = process.cwd()
    if (config === null) {
      const { assembleFlow } = await import('../plan/plan-flow.ts')
      const warnings: Problem[] = []
      const warn = (warning: Problem) => warnings.push(warning)
      const { plan, ...written } = await assembleFlow(this.#spec, this.#nodes, {
        folder,
        warn,
        gateway: this.#gateway,
        classFile: findClassFile,
      })
      return { plan, warnings, written: { ...written, isDeployment } }
    }
    const { context = {}, env, with: over = {} } = config.options
    const variables = { env: { ...process.env, ...env }, context }
    const { planGiven } = await import('../plan/load.ts')
    // A file is read anew each time: with `restart` its changes are taken over.
    return planGiven(readGiven(config.given), folder, variables, {
      over: fromProgram(over),
      added: this.#nodes,
      gateway: this.#gateway,
      classFile: findClassFile,
    })
  }

  /** Writes Kubernetes manifests into the folder and resolves with the files. Rejects with XserveError; then nothing has changed. */
  async toKubernetesYaml(folder: string, options: KubernetesExportOptions = {}): Promise<readonly string[]> {
    await stopHere()
    const { writeKubernetes } = await import('./write-exports.ts')
    return writeKubernetes(await this.plan(), folder, options)
  }

  /** Writes a Compose file, docker-compose.yml unless named. Rejects as above. */
  async toDockerComposeYaml(file?: string, options: ComposeExportOptions = {}): Promise<readonly string[]> {
    await stopHere()
    const { writeCompose } = await import('./write-exports.ts')
    return writeCompose(await this.plan(), file, options)
  }

  /**
   * Resolves with the graph as Mermaid's text, and draws it where a file is named: .svg, .png, .mmd or .md. Starts nothing.
   * Rejects with XserveError as `plan` does, and BAD_ARGUMENT for a file that cannot be written or is somebody else's.
   */
  async plot(file?: string, options: PlotOptions = {}): Promise<string> {
    await stopHere()
    const { flowchartText, writeFlowchart } = await import('../export/flowchart/index.ts')
    const plan = await this.plan()
    if (file !== undefined) await writeFlowchart(plan, file, options)
    return flowchartText(plan, options)
  }

  /** Resolves when every executor is ready. Rejects with XserveError, and then nothing is left running. */
  async start(): Promise<this> {
    await stopHere()
    this.#starting ??= this.#launch()
    await this.#starting
    return this
  }

  async #launch(): Promise<Launched> {
    try {
      const { launch } = await import('./launch.ts')
      const { plan, warnings } = await this.#read()
      this.#launched = await launch(plan, () => this.plan(), warnings)
      return this.#launched
    } catch (error) {
      this.#starting = null
      throw error
    }
  }

  get #running(): Launched {
    if (this.#launched === null) throw new XserveError('BAD_ARGUMENT', 'the Flow does not run: start() comes first')
    return this.#launched
  }

  /** `HOST:PORT` of the first protocol. Throws before the start, as do the others. */
  get address(): string {
    return this.#running.addresses[0]!
  }
  get port(): number {
    return this.#running.ports[0]!
  }
  /** Of each protocol, in their order. */
  get ports(): readonly number[] {
    return this.#running.ports
  }
  /** Calls the Flow over its first protocol. */
  get client(): Client {
    return this.#running.client
  }

  /** Sends documents and resolves with those of the answers: `client.post`. */
  post(endpoint: string, inputs?: PostRequest['inputs'], options?: PostOptions): Promise<DocumentArray> {
    return this.client.post(endpoint, inputs, options)
  }

  /** Starts if that has not been done, and serves until SIGINT, SIGTERM or `signal`; then closes. */
  async block(options: BlockOptions = {}): Promise<void> {
    await this.start()
    await this.#running.until(options.signal)
    await this.close()
  }

  /** Calls under way finish, `close()` of the executors runs, their processes end. */
  async close(): Promise<void> {
    const starting = this.#starting
    if (starting === null) return
    const launched = await starting.catch(() => null)
    await launched?.close()
    this.#starting = null
    this.#launched = null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Its reader is loaded only where there is something to read. */
export function readGiven(given: GivenConfig): Given {
  const { readConfig } = require('../plan/given-config.ts') as typeof import('../plan/given-config.ts')
  return readConfig(given, process.cwd())
}

async function write(file: string, text: string): Promise<void> {
  try {
    await Bun.write(file, text)
  } catch (error) {
    throw unwritable(file, error)
  }
}

const located = (given: string | UsesPlan | ExecutorClass): string | UsesPlan =>
  typeof given === 'function' ? usesOf(given) : given

function usesOf(Class: ExecutorClass): UsesPlan {
  // In a worker nobody asks where it comes from.
  return handOver(Class) ? { kind: 'pass' } : locateClass(Class)
}
