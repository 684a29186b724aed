/** A Flow as it is written in TypeScript: the options of Jina's Flow under the same names, in camelCase. */
import type { CarriedExecutorSpec, CarriedFlowSpec } from './carried-spec.ts'
import type { UsesPlan } from './plan.ts'
import type { ExecutorProcessSpec, ProcessSpec } from './process-spec.ts'

/** Of the Flow and its gateway. */
export interface FlowSpec extends CarriedFlowSpec, ProcessSpec {
  readonly name?: string
  /** Of each protocol, in the same order. Default: any free ones. */
  readonly port?: number | readonly number[]
  /** `grpc`, `http`, `websocket`. Default: grpc. */
  readonly protocol?: string | readonly string[]
  /** Address to listen on. Default: 0.0.0.0, as in Jina. */
  readonly host?: string
  /** PEM files: every port speaks TLS. */
  readonly sslCertfile?: string
  readonly sslKeyfile?: string
  /** PEM file: only callers with a certificate of these authorities are heard. */
  readonly sslCaCerts?: string
  /** Of the HTTP documentation. */
  readonly title?: string
  readonly description?: string
  /** Lets any website call over HTTP. Default: false. */
  readonly cors?: boolean
  /** Without the HTTP routes /status, /dry_run and /post. Default: false. */
  readonly noDebugEndpoints?: boolean
  /** Without the HTTP routes /index, /search, /update and /delete. Default: false. */
  readonly noCrudEndpoints?: boolean
  /** HTTP routes of endpoints: `{ '/foo': { methods: ['POST'], path: '/bar' } }`. */
  readonly exposeEndpoints?: Readonly<Record<string, unknown>>
  /** Requests under way for each stream of a client; 0 = no limit. Default: 1000, as in Jina. */
  readonly prefetch?: number
  /** What executors have that say nothing else of these. */
  readonly timeoutSend?: number
  readonly retries?: number
  readonly workspace?: string
  readonly env?: Readonly<Record<string, string | number | boolean>>
  /** Files of NAME=value lines, as if they stood in `env`. */
  readonly envFile?: string | readonly string[]
  /** The user's own gateway: `file.ts`, `file.ts#Name`, `docker://image` (for exports). Default: the built-in one alone. */
  readonly uses?: string | UsesPlan
  /** Arguments of its constructor. */
  readonly usesWith?: Readonly<Record<string, unknown>>
  /** Files in which its class is looked for. */
  readonly pyModules?: string | readonly string[]
  /** Code is watched, and served anew when it changes: that of executors that say nothing else, too. Default: false. */
  readonly reload?: boolean
  /** The same for configuration. Default: false. */
  readonly restart?: boolean
}

/** Of the gateway alone; goes before what the Flow says. */
export type GatewaySpec = Omit<FlowSpec, 'name' | 'workspace'>

/** Of one executor; of a joining node when `uses` is left out. */
export interface ExecutorSpec extends CarriedExecutorSpec, ExecutorProcessSpec {
  /** Default: `executor` with the number of its place. */
  readonly name?: string
  /** `file.ts`, `file.ts#Name`, `docker://image`; or read already. Default: passes everything on. */
  readonly uses?: string | UsesPlan
  /** Arguments of the constructor. */
  readonly usesWith?: Readonly<Record<string, unknown>>
  readonly usesMetas?: Readonly<Record<string, unknown>>
  /** Endpoint → method, over those of the class. */
  readonly usesRequests?: Readonly<Record<string, string>>
  /** Endpoint or method → batching. */
  readonly usesDynamicBatching?: Readonly<Record<string, BatchingSpec>>
  /** Names of executors, `gateway` for the request itself. Default: the one before. */
  readonly needs?: string | readonly string[]
  /** It gets documents, and nobody waits for it. Default: false. */
  readonly floating?: boolean
  /** Condition that documents must fulfil. */
  readonly when?: Readonly<Record<string, unknown>>
  /** Branches come side by side (docsMatrix) instead of merged. Default: false. */
  readonly noReduce?: boolean
  /** Another name of `noReduce`. */
  readonly disableReduce?: boolean
  readonly replicas?: number
  readonly shards?: number
  /** Which shards answer: `any`, `all`, or endpoint → one of these. Default: any. */
  readonly polling?: string | Readonly<Record<string, string>>
  /** Executors before and behind all shards, as `uses`. */
  readonly usesBefore?: string | UsesPlan
  readonly usesAfter?: string | UsesPlan
  /** It runs elsewhere already. Default: false. */
  readonly external?: boolean
  /** Where: `host`, `host:port`, `grpcs://host:port`, several as a list or with commas. Default: 127.0.0.1. */
  readonly host?: string | readonly string[]
  readonly port?: number | string | readonly (number | string)[]
  /** Default: false, unless the scheme of `host` says so. */
  readonly tls?: boolean
  /** Metadata of every call to it. */
  readonly grpcMetadata?: Readonly<Record<string, string>>
  /** Milliseconds for one call; -1 = no limit, the default. */
  readonly timeoutSend?: number
  /** Milliseconds from start to ready; -1 waits for ever. Default: 600 000, as in Jina. */
  readonly timeoutReady?: number
  /** Other replicas that are tried when one is not reached. Default: -1 = max(3, replicas). */
  readonly retries?: number
  readonly workspace?: string
  readonly env?: Readonly<Record<string, string | number | boolean>>
  /** Files of NAME=value lines, as if they stood in `env`. */
  readonly envFile?: string | readonly string[]
  /** Files in which classes are looked for. */
  readonly pyModules?: string | readonly string[]
  /** Names of errors that end the process. */
  readonly exitOnExceptions?: readonly string[]
  /** The code is watched. Default: false. */
  readonly reload?: boolean
  /** The configuration is watched. Default: false. */
  readonly restart?: boolean
}

/** How documents of several callers are collected for one call. */
export interface BatchingSpec {
  readonly preferredBatchSize: number
  /** Milliseconds since the first waiting document. Default: 10 000, as in Jina. */
  readonly timeout?: number
  /** Everything queued is handed over at once. Default: false. */
  readonly flushAll?: boolean
}

/** How a node of the graph came about. */
export interface NodeSpec extends ExecutorSpec {
  /** `needs_all`: it waits for all that nobody waits for yet. Default: add. */
  readonly method?: 'add' | 'needs_all'
}
