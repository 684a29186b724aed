/** Starts what one command serves: a worker, the runtime in front of it, a listener; and stops it in the right order. */
import { createDeployment, type DeploymentSpec } from '../deployment/deployment.ts'
import { createRuntime, DRY_RUN_ENDPOINT } from '../gateway/gateway.ts'
import { createInfo } from '../gateway/info.ts'
import type { Logger } from '../log.ts'
import { startGrpcServer } from '../servers/grpc/server.ts'
import { createTopology } from '../topology/run.ts'
import type { Listener } from '../wire/call.ts'

export interface ServeOptions {
  /** `gateway`: a served executor. `executor`: a shared one, which answers the executor services itself. */
  readonly role: 'gateway' | 'executor'
  readonly deployment: DeploymentSpec
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** Largest request message in bytes; -1 = no limit. */
  readonly maxMessageBytes: number
  readonly version: string
  readonly log: Logger
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

export interface Served {
  readonly listener: Listener
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
    handler: role === 'gateway' ? createTopology(deployment) : deployment,
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
  const listening = startGrpcServer(runtime, {
    host: options.host,
    port: options.port,
    maxMessageBytes: options.maxMessageBytes,
    // Callers see such an error only as INTERNAL; the operator must see it whole.
    onInternalError: (error) =>
      log.error(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`),
  })
  // The port is taken at once, so that a conflict is told before a long start; health says no until the worker is ready.
  const bound = listening.then((listener) => listener.setServing(false))
  try {
    const [listener] = await Promise.all([listening, started, bound])
    listener.setServing(true)
    return {
      listener,
      className: deployment.className,
      endpoints: deployment.endpoints,
      async stop(drainMs) {
        listener.setServing(false)
        await listener.close(drainMs)
        await deployment.stop(drainMs)
      },
    }
  } catch (error) {
    const settled = await Promise.allSettled([listening.then((listener) => listener.close(0)), deployment.stop(0)])
    for (const part of settled) if (part.status === 'rejected') log.debug(`while stopping: ${part.reason}`)
    throw error
  }
}
