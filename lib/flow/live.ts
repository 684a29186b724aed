/**
 * Live change of code: what the executors of a running Flow are made of is watched, and a change makes new workers of it
 * (design §3). A change that fails changes nothing: the old workers serve on, and the next one is tried again.
 */
import path from 'node:path'
import type { Deployment } from '../deployment/deployment.ts'
import { asXserveError, type XserveError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { DeploymentPlan, UsesPlan } from '../plan/plan.ts'
import { createWatch, type Watch, type WatchSet } from '../watch/watch.ts'
import type { Member } from './members.ts'
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

export interface Live {
  /** What is watched: folders, and how many files in them and elsewhere. */
  readonly watched: readonly { readonly name: string; readonly folders: readonly string[]; readonly files: number }[]
  /** Members have joined or left, those that joined since a moment in milliseconds of the epoch. */
  update(members: ReadonlyMap<string, Member>, sinceMs: number): void
  close(): void
}

/** After a change that fails nothing is said for so long: an editor may be about to write the rest. */
const PATIENCE_MS = 100

/** Watches the code of members: with `reload` to serve it, without to say that it is not. */
export function keepFresh(members: ReadonlyMap<string, Member>, options: LiveOptions): Live {
  const { failures } = options
  const refreshers = new Map<string, Refresher>()
  const update = (next: ReadonlyMap<string, Member>, startedMs: number): void => {
    for (const [name, refresher] of refreshers) {
      if (isOf(refresher, next.get(name))) continue
      refresher.close()
      refreshers.delete(name)
      failures.delete(name)
    }
    for (const [name, { plan, deployment, isRemote }] of next) {
      if (isRemote || refreshers.has(name)) continue
      refreshers.set(name, createRefresher(plan, deployment, { ...options, startedMs }))
    }
  }
  update(members, options.startedMs)
  return {
    get watched() {
      return [...refreshers]
        .filter(([, { plan }]) => plan.reload)
        .map(([name, { folders, watch }]) => ({ name, folders, files: watch.files.length }))
    },
    update,
    close() {
      for (const refresher of refreshers.values()) refresher.close()
    },
  }
}

/** Source files next to the executor and below, files that were named, and every module that was really loaded. */
export function watchSetOf(plan: DeploymentPlan, loaded: readonly string[]): WatchSet {
  const modules = [plan.uses, plan.usesBefore, plan.usesAfter].flatMap(modulesOf)
  return {
    folders: [...new Set(modules.map((file) => path.dirname(file)))],
    files: [...new Set([...modules, ...loaded])],
  }
}

function modulesOf(uses: UsesPlan | null): readonly string[] {
  return uses?.kind === 'module' ? uses.modules : []
}

/** The same executor of the same files. */
function isOf({ plan, deployment }: Refresher, member: Member | undefined): boolean {
  if (member?.deployment !== deployment || member.plan.reload !== plan.reload) return false
  return Bun.deepEquals(watchSetOf(member.plan, []), watchSetOf(plan, []))
}

interface Refresher {
  readonly plan: DeploymentPlan
  readonly deployment: Deployment
  readonly folders: readonly string[]
  readonly watch: Watch
  close(): void
}

function createRefresher(
  plan: DeploymentPlan,
  deployment: Deployment,
  { log, drainMs, pollMs, startedMs, failures }: LiveOptions,
): Refresher {
  let newest = 0
  let closed = false

  /** A change that comes meanwhile is taken at once: what has been begun for this one is given up. */
  const refresh = async (files: readonly string[]): Promise<void> => {
    const mine = ++newest
    const isNewest = (): boolean => mine === newest && !closed
    tell(files)
    const since = Date.now()
    const began = performance.now()
    try {
      await deployment.replace(null, drainMs)
      if (!isNewest()) return
      failures.delete(plan.name)
      watch.update(watchSetOf(plan, deployment.modules), since)
      log.named(plan.name).info(`serves the new code after ${(performance.now() - began).toFixed(0)} ms`)
    } catch (thrown) {
      if (!isNewest()) return
      const error = asXserveError(thrown)
      watch.update(watchSetOf(plan, [...deployment.modules, ...(error.details.files ?? [])]), since)
      await Bun.sleep(PATIENCE_MS)
      if (isNewest()) fail(error)
    }
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
      if (plan.reload) void refresh(files)
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
