/** An executor in the very process that asks for it: no worker, no server. */
import { buildEndpoints, type EndpointTable, typedOf } from './endpoints.ts'
import { type Executor, type Metas, makeExecutor } from './executor.ts'
import type { ExecutorClass } from './handover.ts'

/** What an executor is made with; all may be left out. */
export interface HereOptions {
  /** Arguments of the constructor. */
  readonly usesWith?: Readonly<Record<string, unknown>>
  readonly usesMetas?: Readonly<Record<string, unknown>>
  /** Endpoint → method, over those of the class. */
  readonly usesRequests?: Readonly<Record<string, string>>
  /** Default: executor0, as when it is served alone. */
  readonly name?: string
  /** Folder for what it keeps. Default: as when it is served. */
  readonly workspace?: string
}

/** An executor that has not been started. */
export interface MadeHere<T extends Executor> {
  readonly executor: T
  readonly table: EndpointTable
  /** The checks of what its endpoints declare, as `typedOf`. */
  readonly typed: () => ReturnType<typeof typedOf>
}

/** Throws what the constructor throws, XserveError BAD_ENDPOINT for bindings that are none. */
export function makeHere<T extends Executor>(
  Class: ExecutorClass & (abstract new (...args: never[]) => T),
  options: HereOptions = {},
): MadeHere<T> {
  const { name = 'executor0', usesWith = {}, usesMetas = {}, workspace = null } = options
  const Constructor = Class as unknown as (new (usesWith: Readonly<Record<string, unknown>>) => T) & typeof Executor
  const table = buildEndpoints(Constructor, options.usesRequests)
  const making = {
    name,
    metas: { name: Class.name, ...usesMetas } as Metas,
    runtimeArgs: { name: `${name}/rep-0`, replicas: 1, shards: 1, shardId: 0, replicaId: 0, workspace },
    requests: Object.fromEntries(table),
    logger: console,
  }
  const executor = makeExecutor(making, () => new Constructor(usesWith))
  return { executor, table, typed: () => typedOf(Constructor, table) }
}
