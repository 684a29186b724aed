/**
 * Serves the code of one executor as it is now: what it is made of is watched, and a change makes new workers of it. A change that fails changes nothing: the old workers serve on, and the next one is tried again.
 */
import type { Deployment } from '../deployment/deployment.ts'
import { asXserveError, type XserveError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { DeploymentPlan } from '../plan/plan.ts'
import { createWatch, type Watch } from '../watch/watch.ts'
import { createSieve } from './restless.ts'
import { watchSetOf } from './watch-set.ts'
import { describe, quoted } from './words.ts'

export interface LiveOptions {
  readonly log: Logger
  /** Calls under way on old workers get this long. */
  readonly drainMs: number
  /** Looks so often instead of waiting for events. */
  readonly pollMs?: number | undefined
  /** Milliseconds of the epoch: what was written later than this the workers may not have loaded. */
  readonly startedMs: number
  /** Filled with executors whose last change was not taken, each with why. */
  readonly failures: Map<string, XserveError>
}

export interface Refresher {
  readonly plan: DeploymentPlan
  readonly deployment: Deployment
  readonly folders: readonly string[]
  readonly watch: Watch
  close(): void
}

/** After a change that fails nothing is said for so long: an editor may be about to write the rest. */
const PATIENCE_MS = 100

/** With `reload` changes are served, without it is said that they are not. */
export function createRefresher(
  plan: DeploymentPlan,
  deployment: Deployment,
  { log, drainMs, pollMs, startedMs, failures }: LiveOptions,
): Refresher {
  const sift = createSieve()
  /** Of the last change that was not taken: what it is made of. */
  let failing: readonly string[] = []
  let newest = 0
  let closed = false

  /** A change that comes meanwhile is taken at once: what has been begun for this one is given up. */
  const refresh = async (files: readonly string[]): Promise<void> => {
    const mine = ++newest
    tell(files)
    await take(() => mine === newest && !closed)
  }

  const take = async (isNewest: () => boolean): Promise<void> => {
    const since = Date.now()
    const began = performance.now()
    try {
      await deployment.replace(null, drainMs)
      if (!isNewest()) return
      failures.delete(plan.name)
      failing = []
      watch.update(watchSetOf(plan, deployment.modules), since)
      log.named(plan.name).info(`serves the new code after ${(performance.now() - began).toFixed(0)} ms`)
    } catch (thrown) {
      if (!isNewest()) return
      const error = asXserveError(thrown)
      failing = error.details.files ?? []
      watch.update(watchSetOf(plan, [...deployment.modules, ...failing]), since)
      await Bun.sleep(PATIENCE_MS)
      if (!isNewest()) return
      if (error.code !== 'DRAINING') fail(error)
      // A change of the YAML came between and was itself given up. Who is being stopped needs no new code.
      else if (deployment.isServing) await take(isNewest)
    }
  }

  const sifted = (files: readonly string[]): void => {
    const { wanted, restless } = sift(files, [...deployment.modules, ...failing], performance.now())
    if (restless.length > 0) {
      const text = `[${quoted(restless)}] change again and again, and nobody imports them: they are left alone`
      log.named(plan.name).warn(text)
    }
    if (wanted.length > 0) void refresh(wanted)
  }

  const tell = (files: readonly string[]): void => {
    for (const { name, pid } of deployment.pods)
      log.named(name, pid).info(`detected changes in: [${quoted(files)}]. Refreshing the Executor`)
  }

  const fail = (error: XserveError): void => {
    failures.set(plan.name, error)
    log.named(plan.name).error(`the change was not taken, the code before it serves on: ${describe(error)}`)
  }

  const watch = createWatch(
    watchSetOf(plan, deployment.modules),
    { pollMs, since: startedMs, warn: (text) => log.named(plan.name).warn(text) },
    (files) => {
      if (plan.reload) sifted(files)
      else log.named(plan.name).info(`changes in: [${quoted(files)}] are left alone: reload is off`)
    },
  )
  return {
    plan,
    deployment,
    get folders() {
      return watchSetOf(plan, []).folders
    },
    watch,
    close() {
      closed = true
      watch.close()
    },
  }
}
