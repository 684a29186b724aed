/** Waits for the change that may mend a start. */
import type { DeploymentPlan } from '../plan/plan.ts'
import { createWatch } from '../watch/watch.ts'
import type { LiveOptions } from './refresher.ts'
import { watchSetOf } from './watch-set.ts'

export interface Mending extends Disposable {
  /** Resolves with the files of the first change, from the beginning on. */
  readonly changed: Promise<readonly string[]>
  /** Files that count as well. */
  add(files: readonly string[]): void
}

/** Watches what plans are made of, while a start of them may fail. */
export function watchForMending(
  plans: readonly DeploymentPlan[],
  options: Pick<LiveOptions, 'pollMs' | 'log'>,
): Mending {
  const sets = plans.map((plan) => watchSetOf(plan, []))
  const folders = sets.flatMap((set) => set.folders)
  const files = sets.flatMap((set) => set.files)
  const since = Date.now()
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  const watch = createWatch(
    { folders, files },
    { pollMs: options.pollMs, since, warn: (text) => options.log.warn(text) },
    resolve,
  )
  return {
    changed: promise,
    add: (more) => watch.update({ folders, files: [...files, ...more] }, since),
    [Symbol.dispose]: () => watch.close(),
  }
}
