/**
 * The FlowPlan: what a Flow means once its YAML or TypeScript has been read and checked. Read-only, plain JSON, the same for
 * everyone who acts on it: the supervisor starts it, the exporters write it, a change of configuration is the difference of
 * two of them. Nothing in it depends on the machine or the moment: equal input gives an equal plan.
 */
import type { Address as GrpcAddress } from '../wire/address.ts'
import type { Protocol } from '../wire/call.ts'

/** The request itself, where a node's `needs` names it. */
export const GATEWAY = 'gateway'

export interface FlowPlan {
  /** null: the Flow has no name of its own. */
  readonly name: string | null
  readonly gateway: GatewayPlan
  /** One for each node of the graph, of the same name, in the order of the Flow's definition. */
  readonly deployments: readonly DeploymentPlan[]
  readonly graph: GraphPlan
  /** Files whose change changes the plan, absolute: the Flow's YAML first, then the YAML of executors, env files. */
  readonly files: readonly string[]
}

/** Who waits for whom. It has no cycles and every name in it exists. */
export interface GraphPlan {
  /** In an order in which each stands behind those that it needs. */
  readonly nodes: readonly NodePlan[]
  /** Names whose documents are the answer (`end-gateway` in Jina's graphs), merged in this order; nearly always one. */
  readonly ends: readonly string[]
}

export interface NodePlan {
  readonly name: string
  /** Names of nodes, or `gateway` for the request itself; at least one. Branches merge in this order. */
  readonly needs: readonly string[]
  /** Gets documents, and nobody waits for its answer. What stands behind it only is as good as floating, too. */
  readonly floating: boolean
  /** Condition that a document must fulfil, in DocArray's filter language (Jina facts §5.4); null = none. */
  readonly when: Readonly<Record<string, unknown>> | null
  /** Branches are handed on side by side (docsMatrix, docsMap) instead of merged by id. */
  readonly noReduce: boolean
}

/** Where an executor's class comes from. */
export type UsesPlan =
  /** A module's class, run in worker processes of ours. */
  | {
      readonly kind: 'module'
      /** Absolute paths; the class is looked for in them in this order. At least one. */
      readonly modules: readonly string[]
      /** Exported name; null = the only Executor there is. */
      readonly className: string | null
      /** The executor's YAML, absolute; null when it was named by its module. */
      readonly config: string | null
    }
  /** A container image, without scheme: `acme/encoder:3`. */
  | { readonly kind: 'image'; readonly image: string; readonly written: string }
  /** Passes everything on: an executor without `uses`, a joining node. Needs no process. */
  | { readonly kind: 'pass' }
  /** Runs elsewhere already. */
  | { readonly kind: 'external'; readonly addresses: readonly Address[] }

/** An executor around shards, with what its own YAML says of it. What is said of the deployment is for the shards. */
export type AroundPlan = UsesPlan &
  Partial<Pick<DeploymentPlan, 'usesWith' | 'usesMetas' | 'usesRequests' | 'dynamicBatching'>>

export interface Address extends Omit<GrpcAddress, 'protocol'> {
  /** Which shard runs there; several addresses of one are replicas. Default: 0, as of an executor without shards. */
  readonly shard?: number
}

export interface DeploymentPlan {
  readonly name: string
  readonly uses: UsesPlan
  /** Arguments of the constructor. */
  readonly usesWith: Readonly<Record<string, unknown>>
  readonly usesMetas: Readonly<Record<string, unknown>>
  /** Endpoint → method, over those of the class. */
  readonly usesRequests: Readonly<Record<string, string>>
  /** Endpoint or method → batching (Jina facts §3.6). */
  readonly dynamicBatching: Readonly<Record<string, BatchingPlan>>
  /** Run before and after the shards of this deployment; null = none. */
  readonly usesBefore: AroundPlan | null
  readonly usesAfter: AroundPlan | null
  readonly shards: number
  /** It is this one of the shards, and the others run elsewhere, as in containers; null = all of them run here. */
  readonly shardId: number | null
  readonly replicas: number
  /** Which shards answer, as written: one word for all endpoints, or endpoint → word, `*` for the rest. */
  readonly polling: PollingPlan
  /** Milliseconds for one call of this deployment; -1 = no limit, null = as the gateway says. */
  readonly timeoutSendMs: number | null
  /** Further attempts on other replicas; -1 = max(3, replicas) as in Jina, null = as the gateway says. */
  readonly retries: number | null
  /** Metadata of every call to it. */
  readonly grpcMetadata: Readonly<Record<string, string>>
  /** From start to ready; -1 waits for ever. */
  readonly timeoutReadyMs: number
  /** Absolute, or a path in the container of an image as it is written; null = the default place. */
  readonly workspace: string | null
  /** Added to the environment of its processes. */
  readonly env: Readonly<Record<string, string>>
  /** Names of exceptions that end the process. */
  readonly exitOnExceptions: readonly string[]
  /** Code is watched; configuration is watched. */
  readonly reload: boolean
  readonly restart: boolean
  /** Port asked for by the user; null = none. Only exports and shared executors open one. */
  readonly port: number | null
  /**
   * All other options given, by their name in YAML (`gpus`, `volumes`, `monitoring`, `env_from_secret`, …), checked and in
   * the type that the table of options says: carried for exports and later versions. Defaults are left out.
   */
  readonly options: Readonly<Record<string, unknown>>
}

export type PollingPlan = 'any' | 'all' | Readonly<Record<string, 'any' | 'all'>>

export interface BatchingPlan {
  readonly preferredBatchSize: number
  /** Milliseconds since the first waiting document. Default of Jina: 10 000. */
  readonly timeoutMs: number
  /** Hands over everything queued at once: the size is only the trigger. */
  readonly flushAll: boolean
}

/** Paths of PEM files, absolute. */
export interface TlsFiles {
  readonly certificateFile: string
  readonly keyFile: string
  /** Authorities of callers, who must show a certificate then. */
  readonly callersFile?: string
}

/** What is to be listened for. */
export interface ListenerPlan {
  readonly protocol: Protocol
  /** 0 = any free one. */
  readonly port: number
}

export interface GatewayPlan {
  /** At least one; in the order given. Exports replace port 0 by their default. */
  readonly listeners: readonly ListenerPlan[]
  readonly host: string
  /** The user's own gateway: its module or image; null = ours alone. */
  readonly uses: UsesPlan | null
  readonly usesWith: Readonly<Record<string, unknown>>
  /** Of the user's own gateway; as in DeploymentPlan. */
  readonly workspace: string | null
  /** For deployments that say nothing; null = no limit. */
  readonly timeoutSendMs: number | null
  readonly retries: number
  /** Requests under way for each stream of a client; 0 = no limit. Default of Jina: 1000. */
  readonly prefetch: number
  /** null = plain text. */
  readonly tls: TlsFiles | null
  /** How HTTP looks. */
  readonly http: {
    readonly title: string | null
    readonly description: string | null
    readonly cors: boolean
    readonly debugEndpoints: boolean
    readonly crudEndpoints: boolean
    readonly exposeEndpoints: Readonly<Record<string, unknown>>
  }
  readonly env: Readonly<Record<string, string>>
  readonly reload: boolean
  readonly restart: boolean
  /** As in DeploymentPlan. */
  readonly options: Readonly<Record<string, unknown>>
}
