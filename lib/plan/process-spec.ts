/** Options in TypeScript of processes and of gRPC, the same for executors and the gateway. */

export interface ProcessSpec {
  /** Milliseconds that calls may take at the end. Default: 25 000, below the 30 s that containers have. */
  readonly shutdownTimeout?: number
  /** Jina's name of it, in seconds. */
  readonly timeoutCtrl?: number
  /** Only warnings and errors are told. Default: false. */
  readonly quiet?: boolean
  /** Errors are told in one line, without their stacks. Default: false. */
  readonly quietError?: boolean
  /**
   * `NoCompression`, `Deflate` or `Gzip` of requests to executors elsewhere. Default: none. Those of this program are called
   * without gRPC.
   */
  readonly compression?: string
  /** `{ 'grpc.max_connection_age_ms': 60_000 }`: sizes of messages, keepalive, age and calls of connections to this server. */
  readonly grpcServerOptions?: Readonly<Record<string, unknown>>
  /** The same of connections to executors elsewhere, by names of gRPC, too. */
  readonly grpcChannelOptions?: Readonly<Record<string, unknown>>
}

export interface ExecutorProcessSpec extends ProcessSpec {
  /** Several calls at once in one process. Default: true, as methods that wait leave room for others; Jina's are false. */
  readonly allowConcurrent?: boolean
}
