/** A plan brought up from TypeScript: the supervisor with a log, a client, and an end by signal. */
import { Client } from '../client/client.ts'
import { sentence } from '../config/problems.ts'
import type { Problem, XserveError } from '../errors.ts'
import { createLogger, quietened } from '../log.ts'
import { toStderr, toStdout } from '../outlet.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { quietnessOf, shutdownMs } from '../plan/process-options.ts'
import { addressOf, urlOf } from './address-of.ts'
import { hasRestart, keepCurrent } from './keep-current.ts'
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

/** `load` reads the plan anew, where changes of its files are to be taken (`restart`); `warnings` are told first. Rejects as `startFlow` does. */
export async function launch(
  plan: FlowPlan,
  load: () => Promise<FlowPlan>,
  warnings: readonly Problem[] = [],
): Promise<Launched> {
  const readMs = Date.now()
  const log = quietened(createLogger(plan.name ?? 'gateway'), quietnessOf(plan.gateway.options))
  const drainMs = shutdownMs(plan)
  for (const warning of warnings) log.warn(sentence(warning))
  const failures = new Map<string, XserveError>()
  const hasFiles = plan.files.length > 0
  const flow = await startFlow(plan, {
    role: 'gateway',
    version: VERSION,
    log,
    stdout: toStdout,
    stderr: toStderr,
    argv: process.argv,
    failures: () => failures,
    mayChange: hasFiles && hasRestart(plan),
  })
  await flow.ready
  const current = keepCurrent(flow, {
    load: hasFiles ? load : undefined,
    log,
    drainMs,
    failures,
    readMs,
    startedMs: readMs,
  })
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
      current.close()
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
