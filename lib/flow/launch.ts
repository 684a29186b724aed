/** A plan brought up from TypeScript: the supervisor with a log, a client, and an end by signal. */
import { Client } from '../client/client.ts'
import { sentence } from '../config/problems.ts'
import type { Problem, XserveError } from '../errors.ts'
import { createLogger, quietened } from '../log.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { quietnessOf, shutdownMs } from '../plan/process-options.ts'
import { addressOf, urlOf } from './address-of.ts'
import { keepFresh } from './live.ts'
import { watchConfiguration } from './restarts.ts'
import { startFlow } from './supervisor.ts'
import { VERSION } from './version.ts'

export interface Launched {
  /** `HOST:PORT` of each protocol, as this machine reaches it. */
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
  readonly client: Client
  /** Resolves with the first SIGINT or SIGTERM, or when `signal` aborts. */
  until(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Calls under way at the end get this long: Kubernetes kills after 30 s. */

/** `load` reads the plan anew, for executors with `restart`; `warnings` are told first. Rejects as `startFlow` does. */
export async function launch(
  plan: FlowPlan,
  load: () => Promise<FlowPlan>,
  warnings: readonly Problem[] = [],
): Promise<Launched> {
  const startedMs = Date.now()
  const log = quietened(createLogger(plan.name ?? 'gateway'), quietnessOf(plan.gateway.options))
  const drainMs = shutdownMs(plan)
  for (const warning of warnings) log.warn(sentence(warning))
  const failures = new Map<string, XserveError>()
  const mayChange = plan.deployments.some(({ restart }) => restart)
  const flow = await startFlow(plan, {
    role: 'gateway',
    version: VERSION,
    log,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    argv: process.argv,
    failures: () => failures,
    mayChange,
  })
  await flow.ready
  const isLive =
    mayChange || plan.deployments.some(({ reload }) => reload) || (plan.gateway.uses !== null && plan.gateway.reload)
  const watching = { log, drainMs, failures, startedMs }
  const live = isLive ? keepFresh(flow.watched, watching) : null
  const changed = (sinceMs: number) => live?.update(flow.watched, sinceMs)
  const restarts = mayChange ? watchConfiguration(flow, { ...watching, load, changed }) : null
  const [first] = flow.listeners
  let client: Client | undefined
  return {
    addresses: flow.listeners.map(addressOf),
    ports: flow.listeners.map(({ port }) => port),
    get client() {
      client ??= new Client(urlOf(first!))
      return client
    },
    until: awaitEnd,
    async close() {
      live?.close()
      restarts?.close()
      client?.close()
      await flow.stop(drainMs)
    },
  }
}

/** What wraps a program (timeout, npm) sends one signal to it and to all of its group: that is one wish, not two. */
const SAME_SIGNAL_MS = 100

/** A later signal finds no listener any more and ends the process, as by default. */
function awaitEnd(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      setTimeout(() => {
        process.off('SIGINT', end)
        process.off('SIGTERM', end)
      }, SAME_SIGNAL_MS).unref()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}
