/** A start that waits for the code to be mended: for those who edit it while it runs. */
import { asXserveError, type ErrorCode } from '../errors.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { watchForMending } from './mending.ts'
import type { LiveOptions } from './refresher.ts'
import { type FlowOptions, type RunningFlow, startFlow } from './supervisor.ts'
import { describe, quoted } from './words.ts'

/** What a change of the code may mend; anything else is wrong for good. */
const OF_THE_CODE: ReadonlySet<ErrorCode> = new Set([
  'MODULE_FAILED',
  'NO_EXECUTOR',
  'AMBIGUOUS_EXECUTOR',
  'BAD_ENDPOINT',
  'START_FAILED',
  'START_TIMEOUT',
  'WORKER_DIED',
])

export interface PatientStart {
  readonly flow: RunningFlow
  /** Milliseconds of the epoch: what was written later its workers may not have loaded. */
  readonly startedMs: number
}

/**
 * Tries again after each change as long as it is the code that fails, or takes long. Rejects with any other error, and with
 * the last one when `signal` ends the wait.
 */
export async function startPatiently(
  plan: FlowPlan,
  options: FlowOptions,
  live: Pick<LiveOptions, 'pollMs' | 'log'>,
  signal: AbortSignal,
): Promise<PatientStart> {
  const plans = plan.deployments.filter(({ reload }) => reload)
  const aborted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)))
  for (;;) {
    // From before the start on: what is mended while it fails counts.
    using mending = watchForMending(plans, live)
    const startedMs = Date.now()
    const superseded = new AbortController()
    let files = null as readonly string[] | null
    const changed = mending.changed.then((found) => {
      files = found
      superseded.abort()
    })
    try {
      const flow = await startFlow(plan, { ...options, startSignal: superseded.signal })
      return { flow, startedMs }
    } catch (thrown) {
      const error = asXserveError(thrown)
      if (files === null) {
        if (!OF_THE_CODE.has(error.code) || signal.aborted) throw error
        mending.add(error.details.files ?? [])
        live.log.error(`not serving yet: ${describe(error)}\nwaiting for a change of the code`)
        await Promise.race([changed, aborted])
      }
      if (files === null) throw error
      live.log.info(`detected changes in: [${quoted(files)}]. Starting again`)
    }
  }
}
