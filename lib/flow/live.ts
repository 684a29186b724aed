/** Live change of code in a running Flow: each of its executors is kept as its files are now. */
import type { Member } from './members.ts'
import { createRefresher, type LiveOptions, type Refresher } from './refresher.ts'
import { watchSetOf } from './watch-set.ts'

export interface Live {
  /** What is watched: folders, and the files in them and elsewhere. */
  readonly watched: readonly {
    readonly name: string
    readonly folders: readonly string[]
    readonly files: readonly string[]
  }[]
  /** Members have joined or left, those that joined since a moment in milliseconds of the epoch. */
  update(members: ReadonlyMap<string, Member>, sinceMs: number): void
  close(): void
}

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
    for (const [name, { plan, deployment }] of next) {
      if (plan.uses.kind !== 'module' || refreshers.has(name)) continue
      refreshers.set(name, createRefresher(plan, deployment, { ...options, startedMs }))
    }
  }
  update(members, options.startedMs)
  return {
    get watched() {
      return [...refreshers]
        .filter(([, { plan }]) => plan.reload)
        .map(([name, { folders, watch }]) => ({ name, folders, files: watch.files }))
    },
    update,
    close() {
      for (const refresher of refreshers.values()) refresher.close()
    },
  }
}

/** The same executor of the same files. */
function isOf({ plan, deployment }: Refresher, member: Member | undefined): boolean {
  if (member?.deployment !== deployment || member.plan.reload !== plan.reload) return false
  return Bun.deepEquals(watchSetOf(member.plan, []), watchSetOf(plan, []))
}
