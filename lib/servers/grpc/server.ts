/** A gRPC server in front of a runtime: its role's services, health and reflection on one port. */
import type { Listener, ServedRuntime, TlsOptions } from '../../wire/call.ts'
import type { ServerTuning } from '../../wire/grpc-tuning.ts'
import type { StartSocketFront } from '../socket/start.ts'
import { createHealth } from './health.ts'
import { startHttp2Front } from './http2/start.ts'
import { buildMethods } from './methods/build.ts'
import { servedServices } from './services.ts'

export interface GrpcServerOptions {
  /** Default: 0.0.0.0, as Jina. */
  readonly host?: string
  /** Default: 0, any free one; the listener tells which. */
  readonly port?: number
  /** Largest request message in bytes. Default: -1, no limit, as in Jina. */
  readonly maxMessageBytes?: number
  /** Requests of one stream under way when its caller names no number; 0 = no limit. Default: 1000, as in Jina. */
  readonly prefetch?: number
  /** Default: plain text. */
  readonly tls?: TlsOptions
  /** How connections are treated. Default: as the front has it. */
  readonly tuning?: ServerTuning
  /** Told of errors that callers see masked as INTERNAL. Default: nobody. */
  readonly onInternalError?: (error: unknown) => void
  /** Opens the port. Default: one of its own. */
  readonly listen?: StartSocketFront
}

/** Rejects with XserveError PORT_IN_USE or START_FAILED. Health says SERVING from the start. */
export async function startGrpcServer(runtime: ServedRuntime, options: GrpcServerOptions = {}): Promise<Listener> {
  const { host = '0.0.0.0', port = 0, maxMessageBytes = -1, prefetch, tls, tuning, onInternalError, listen } = options
  const health = createHealth(servedServices(runtime.role), runtime.serves)
  const front = await startHttp2Front(buildMethods(runtime, health, prefetch), {
    host,
    port,
    maxMessageBytes,
    ...(tls ? { tls } : {}),
    ...(tuning ? { tuning } : {}),
    ...(onInternalError ? { onInternalError } : {}),
    ...(listen ? { listen } : {}),
  })
  return {
    protocol: 'grpc',
    host,
    port: front.port,
    tls: tls !== undefined,
    setServing: health.setServing,
    close(graceMs) {
      health.setServing(false)
      health.close()
      return front.close(graceMs)
    },
  }
}
