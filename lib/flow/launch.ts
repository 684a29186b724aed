/** A plan brought up from TypeScript: the supervisor with a log, a client, and an end by signal. */
import { Client } from '../client/client.ts'
import { sentence } from '../config/problems.ts'
import type { Problem } from '../errors.ts'
import { createLogger } from '../log.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { addressOf, urlOf } from './address-of.ts'
import { keepFresh } from './live.ts'
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
const DRAIN_MS = 25_000

/** `warnings` are told first. Rejects as `startFlow` does. */
export async function launch(plan: FlowPlan, warnings: readonly Problem[] = []): Promise<Launched> {
  const startedMs = Date.now()
  const log = createLogger(plan.name ?? 'gateway')
  for (const warning of warnings) log.warn(sentence(warning))
  const flow = await startFlow(plan, {
    role: 'gateway',
    version: VERSION,
    log,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    argv: process.argv,
  })
  await flow.ready
  const { gateway, deployments } = plan
  const live =
    deployments.some(({ reload }) => reload) || (gateway.uses !== null && gateway.reload)
      ? keepFresh(flow.watched, { log, drainMs: DRAIN_MS, failures: new Map(), startedMs })
      : null
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
      client?.close()
      await flow.stop(DRAIN_MS)
    },
  }
}

/** A second signal finds no listener any more and ends the process, as by default. */
function awaitEnd(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}
