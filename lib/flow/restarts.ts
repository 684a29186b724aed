/**
 * Live change of configuration: the YAML files of a Flow and of its executors are watched, and a change of one changes the
 * plan over. What does not load changes nothing, and the next change is tried again.
 */
import { asXserveError, type XserveError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { FlowPlan } from '../plan/plan.ts'
import { createWatch } from '../watch/watch.ts'
import type { Difference } from './change.ts'
import type { RunningFlow } from './supervisor.ts'
import { placed } from './words.ts'

export interface RestartOptions {
  /** Reads the plan anew from the files that it came from. */
  load(): Promise<FlowPlan>
  readonly log: Logger
  /** Calls under way on what leaves get this long. */
  readonly drainMs: number
  readonly pollMs?: number | undefined
  /** As in LiveOptions; the Flow itself is under its file's name. */
  readonly failures: Map<string, XserveError>
  /** Milliseconds of the epoch: what was written later than this has not been read yet. */
  readonly startedMs: number
  /** Told after each change that was taken, with when it was begun: other executors may be there. */
  readonly changed: (sinceMs: number) => void
}

export interface Restarts {
  readonly files: readonly string[]
  close(): void
}

/** Nothing is said for so long of a file that does not load: an editor may be about to write the rest. */
const PATIENCE_MS = 100

/** Watches the Flow's YAML where the gateway has `restart`, an executor's where that has it. */
export function watchConfiguration(flow: RunningFlow, options: RestartOptions): Restarts {
  const { log: root, pollMs, drainMs, failures } = options
  const log = root.named('Flow')
  const waiting = new Set<string>()
  let busy: AbortController | null = null
  let closed = false

  /** A change that comes meanwhile is taken next, and what has been begun is given up for it: it may hang. */
  const take = async (): Promise<void> => {
    while (waiting.size > 0 && !closed) {
      busy = new AbortController()
      const files = [...waiting].filter((file) => isWanted(flow.plan, file, log))
      waiting.clear()
      if (files.length === 0) continue
      const key = files[0]!
      const since = Date.now()
      try {
        const next = await options.load()
        for (const file of files) log.info(announcementOf(flow.plan, file))
        const began = performance.now()
        const difference = await flow.change(next, drainMs, busy.signal)
        for (const file of files) failures.delete(file)
        watch.update({ folders: [], files: filesOf(flow.plan) }, since)
        options.changed(since)
        tell(difference, performance.now() - began, log)
      } catch (thrown) {
        await Bun.sleep(PATIENCE_MS)
        if (waiting.size > 0 || closed) continue
        const error = asXserveError(thrown)
        failures.set(key, error)
        log.error(`the change of ${key} was not taken, all goes on as before: ${placed(error)}`)
      }
    }
    busy = null
  }

  const watch = createWatch(
    { folders: [], files: filesOf(flow.plan) },
    { pollMs, since: options.startedMs, warn: (text) => log.warn(text) },
    (files) => {
      for (const file of files) waiting.add(file)
      if (busy) busy.abort()
      else void take()
    },
  )
  return {
    get files() {
      return watch.files
    },
    close() {
      closed = true
      watch.close()
    },
  }
}

/** All files of the plan: also those whose change is not taken, so that it can be said. */
const filesOf = (plan: FlowPlan): string[] => [...new Set([...plan.files, ...plan.deployments.flatMap(configOf)])]

const configOf = ({ uses }: FlowPlan['deployments'][number]): string[] =>
  uses.kind === 'module' && uses.config !== null ? [uses.config] : []

const ownersOf = (plan: FlowPlan, file: string) => plan.deployments.filter((one) => configOf(one).includes(file))

function isWanted(plan: FlowPlan, file: string, log: Logger): boolean {
  const owners = ownersOf(plan, file)
  if (owners.length === 0 ? plan.gateway.restart : owners.some(({ restart }) => restart)) return true
  log.info(`change in ${file} observed, and left alone: restart is off for it`)
  return false
}

/** The documentation's words. */
function announcementOf(plan: FlowPlan, file: string): string {
  return ownersOf(plan, file).length > 0
    ? `change in Executor configuration YAML ${file} observed, restarting Executor deployment`
    : `change in Flow YAML ${file} observed, restarting what it touches`
}

function tell({ started, replaced, stopped, fixed }: Difference, ms: number, log: Logger): void {
  const parts = [
    started.length > 0 ? `started ${started.join(', ')}` : '',
    replaced.length > 0 ? `replaced ${replaced.join(', ')}` : '',
    stopped.length > 0 ? `stopped ${stopped.join(', ')}` : '',
  ].filter((part) => part !== '')
  log.info(`${parts.join('; ') || 'no executor is touched'}, after ${ms.toFixed(0)} ms`)
  if (fixed.length > 0)
    log.warn(`not changed while it runs: ${fixed.join(', ')} of the gateway; start it again for that`)
}
