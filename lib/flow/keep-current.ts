/**
 * A running Flow kept as its files are now, as far as its plan asks: the code of executors with `reload`, the configuration
 * with `restart`. Who watches one of the two is told when the other changes.
 */
import type { FlowPlan } from '../plan/plan.ts'
import { keepFresh } from './live.ts'
import type { LiveOptions } from './refresher.ts'
import { watchConfiguration } from './restarts.ts'
import type { RunningFlow } from './supervisor.ts'

/** Whether changes of code are to be served. */
export const hasReload = ({ deployments, gateway }: FlowPlan): boolean =>
  deployments.some(({ reload }) => reload) || (gateway.uses !== null && gateway.reload)

/** Whether changes of configuration are to be taken: a Flow that is to take them is started with `mayChange`. */
export const hasRestart = ({ deployments, gateway }: FlowPlan): boolean =>
  gateway.restart || deployments.some(({ restart }) => restart)

export interface CurrentOptions extends LiveOptions {
  /** Reads the plan anew from the files that it came from; undefined: it came from none. */
  readonly load: (() => Promise<FlowPlan>) | undefined
  /** Milliseconds of the epoch: configuration that was written later than this has not been read yet. */
  readonly readMs: number
}

/** Does nothing where the plan asks for nothing. */
export function keepCurrent(flow: RunningFlow, options: CurrentOptions): { close(): void } {
  const { load, readMs, log } = options
  const mayChange = load !== undefined && hasRestart(flow.plan)
  if (!mayChange && !hasReload(flow.plan)) return { close() {} }
  const live = keepFresh(flow.watched, options)
  for (const { name, folders, files } of live.watched) {
    log.info(`${name}: watching ${files.length} files in ${folders.join(', ')}`)
    log.debug(`${name}: watching ${files.join(', ')}`)
  }
  const changed = (sinceMs: number) => live.update(flow.watched, sinceMs)
  const restarts = load ? watchConfiguration(flow, { ...options, load, startedMs: readMs, changed }) : null
  if (restarts && mayChange) log.info(`watching the configuration: ${restarts.files.join(', ')}`)
  return {
    close() {
      live.close()
      restarts?.close()
    },
  }
}
