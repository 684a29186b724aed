/** A start that waits for the code to be mended: for those who edit it while it runs. */
import { asXserveError, type ErrorCode } from '../errors.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { type LiveOptions, nextChange } from './live.ts'
import { type FlowOptions, type RunningFlow, startFlow } from './supervisor.ts'

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

/** Tries again after each change as long as it is the code that fails. Rejects with any other error; `signal` ends the wait. */
export async function startPatiently(
  plan: FlowPlan,
  options: FlowOptions,
  live: Pick<LiveOptions, 'pollMs' | 'log'>,
  signal: AbortSignal,
): Promise<RunningFlow> {
  for (;;) {
    // From before the start on: what is mended while it fails counts.
    const changed = nextChange(plan.deployments, live, signal)
    try {
      const flow = await startFlow(plan, options)
      void changed.catch(() => {})
      return flow
    } catch (thrown) {
      const error = asXserveError(thrown)
      if (!OF_THE_CODE.has(error.code) || signal.aborted) throw error
      const { where, cause } = error.details
      const source = typeof cause === 'string' && cause !== '' ? `\n${cause}` : ''
      live.log.error(
        `not serving yet: ${where === undefined ? '' : `${where}: `}${error.message} [${error.code}]${source}\nwaiting for a change of the code`,
      )
    }
    const files = await changed
    live.log.info(`detected changes in: [${files.map((file) => `'${file}'`).join(', ')}]. Starting again`)
  }
}
