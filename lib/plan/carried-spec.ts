/** Options in TypeScript that others than this program as it is can use: exports, containers, later versions. */

/** Of executors and of the gateway; what a Flow says of monitoring, tracing and metrics holds for all its executors. */
export interface CarriedSpec {
  /** Serve Prometheus metrics. Default: false. */
  readonly monitoring?: boolean
  readonly portMonitoring?: number | readonly number[]
  /** Produce OpenTelemetry spans, and metrics. Default: false. */
  readonly tracing?: boolean
  readonly tracesExporterHost?: string
  readonly tracesExporterPort?: number
  readonly metrics?: boolean
  readonly metricsExporterHost?: string
  readonly metricsExporterPort?: number
  /** Replaces the entry point of the container. */
  readonly entrypoint?: string
  /** Variables from Kubernetes secrets: `{ NAME: { name, key } }`. */
  readonly envFromSecret?: Readonly<Record<string, unknown>>
  /** Names of secrets for pulling the image. */
  readonly imagePullSecrets?: string | readonly string[]
  /** Namespace on Kubernetes. */
  readonly k8sNamespace?: string
  /** CPU and memory of the container: `{ requests: { cpu, memory }, limits: { cpu, memory } }`, as Kubernetes has them. */
  readonly resources?: Readonly<Record<string, unknown>>
  /** Labels of the nodes that it may run on. */
  readonly nodeSelector?: Readonly<Record<string, string>>
  /** Which shard a container is. */
  readonly shardId?: number
}

/** Of a Flow and its gateway alone. */
export interface CarriedFlowSpec extends CarriedSpec {
  /** Serve /graphql. Default: false. */
  readonly exposeGraphqlEndpoint?: boolean
  /** Gateways side by side, in exports. */
  readonly replicas?: number
}

/** Of an executor alone. */
export interface CarriedExecutorSpec extends CarriedSpec {
  /** GPUs of the container: `all`, a number, `device=ids`. */
  readonly gpus?: string | number
  /** Folders of the container: `host:container`. */
  readonly volumes?: string | readonly string[]
  /** Replicas in containers keep names and files. Default: false. */
  readonly stateful?: boolean
  /** For programs that find a consensus: carried to their containers. */
  readonly peerPorts?: unknown
  readonly raftConfiguration?: Readonly<Record<string, unknown>>
  /** Network mode of the container. */
  readonly forceNetworkMode?: string
}
