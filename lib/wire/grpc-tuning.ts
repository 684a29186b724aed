/** How gRPC treats connections, beyond what holds by default. Plain JSON. */

/** Of a server's port. */
export interface ServerTuning {
  /** Bytes of the largest request and answer; -1 = no limit. Default: none, as in Jina. */
  readonly maxReceiveBytes?: number
  readonly maxSendBytes?: number
  /** Calls under way on one connection. Default: 4096. */
  readonly maxStreams?: number
  /** Milliseconds of silence after which a peer is asked whether it is there (default 60 000), and for its answer (20 000). */
  readonly keepaliveMs?: number
  readonly keepaliveTimeoutMs?: number
  /** Milliseconds without a call after which a connection is ended, and its whole life. Default: no limits. */
  readonly idleMs?: number
  readonly ageMs?: number
  /** Milliseconds that calls have to end once it is over. Default: no limit. */
  readonly ageGraceMs?: number
}

/** Of a client's connections. */
export interface ChannelTuning {
  /** Of requests; answers come as the server likes. Default: none. */
  readonly compression?: 'gzip' | 'deflate'
  readonly maxReceiveBytes?: number
  readonly maxSendBytes?: number
  /** Milliseconds between questions whether the server is there (default 9 999), and for its answer (4 999). */
  readonly keepaliveMs?: number
  readonly keepaliveTimeoutMs?: number
  /** Milliseconds before a connection is tried again, at first and at most. Default: 100, 250. */
  readonly reconnectMs?: number
  readonly mostReconnectMs?: number
}
