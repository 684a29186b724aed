/** Starts what one command serves: a worker, the runtime in front of it, listeners; and stops it in the right order. */
import { createDeployment, type DeploymentSpec } from '../deployment/deployment.ts'
import { createRuntime, DRY_RUN_ENDPOINT } from '../gateway/gateway.ts'
import { createInfo } from '../gateway/info.ts'
import type { Logger } from '../log.ts'
import type { HttpHandlerOptions } from '../servers/http/handler.ts'
import { createSingle } from '../topology/single.ts'
import type { Listener, TlsOptions } from '../wire/call.ts'
import { type Listening, startListeners } from './listen.ts'

export interface ServeOptions {
  /** `gateway`: a served executor. `executor`: a shared one, which answers the executor services itself. */
  readonly role: 'gateway' | 'executor'
  readonly deployment: DeploymentSpec
  readonly host: string
  readonly listening: Listening
  /** Default: plain text on every port. */
  readonly tls?: TlsOptions
  /** Largest request message in bytes on every protocol; -1 = no limit. Default: none on gRPC, 128 MB elsewhere. */
  readonly maxMessageBytes?: number
  /** Requests of one stream or socket under way at a time; 0 = no limit. Default: 1000, as in Jina. */
  readonly prefetch?: number
  /** HTTP alone. */
  readonly routes: HttpHandlerOptions
  readonly version: string
  readonly log: Logger
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

export interface Served {
  /** In the order of the protocols asked for. */
  readonly listeners: readonly Listener[]
  readonly className: string
  readonly endpoints: readonly string[]
  /** Health says no, new calls are refused, calls under way finish within `drainMs`, close() runs, the worker ends. */
  stop(drainMs: number): Promise<void>
}

/** Rejects with the first cause (a port in use, the executor's own error) after everything has been stopped again. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { role, log } = options
  const deployment = createDeployment(options.deployment, { log, stdout: options.stdout, stderr: options.stderr })
  const started = deployment.start()
  const runtime = createRuntime({
    role,
    handler: role === 'gateway' ? createSingle(deployment) : deployment,
    info: createInfo(options.version, () => deployment.streams.length > 0),
    endpoints: async () => {
      await started
      return [...new Set([...deployment.endpoints, DRY_RUN_ENDPOINT])]
    },
    streams: async () => {
      await started
      return deployment.streams
    },
  })
  const { tls, maxMessageBytes, prefetch } = options
  const listening = startListeners(runtime, {
    host: options.host,
    listening: options.listening,
    routes: options.routes,
    ...(tls ? { tls } : {}),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    ...(prefetch === undefined ? {} : { prefetch }),
    // Callers see such an error only as INTERNAL; the operator must see it whole.
    onInternalError: (error) =>
      log.error(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`),
  })
  const setServing = async (serving: boolean) => {
    for (const listener of await listening) listener.setServing(serving)
  }
  const close = async (graceMs: number) => {
    await Promise.all((await listening).map((listener) => listener.close(graceMs)))
  }
  // Ports are taken at once, so that a conflict is told before a long start; health says no until the worker is ready.
  const bound = setServing(false)
  try {
    const [listeners] = await Promise.all([listening, started, bound])
    await setServing(true)
    return {
      listeners,
      className: deployment.className,
      endpoints: deployment.endpoints,
      async stop(drainMs) {
        await setServing(false)
        await close(drainMs)
        await deployment.stop(drainMs)
      },
    }
  } catch (error) {
    const settled = await Promise.allSettled([close(0), deployment.stop(0)])
    for (const part of settled) if (part.status === 'rejected') log.debug(`while stopping: ${part.reason}`)
    throw error
  }
}
