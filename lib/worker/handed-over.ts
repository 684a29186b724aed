/** Classes that only a script knows: its worker imports the script, which hands them over where it would serve them. */
import { XserveError } from '../errors.ts'
import type { Executor } from '../executor/executor.ts'
import { receiveClasses } from '../executor/handover.ts'
import type { UserModule } from './user-module.ts'

export interface HandedOver {
  /** Resolves with the class of the name; null: the first one. */
  find(className: string | null): Promise<typeof Executor>
  /** Resolves when the script waits for a start, and so goes no further there. */
  readonly stopped: Promise<void>
  /** Resolves when nothing has been handed over, and no start waited for, for so long. */
  quiet(ms: number): Promise<void>
}

/** Parts of a script that go on beside one that waits, or after it was loaded, may yet come to the class. */
const PATIENCE_MS = 10_000

/** Before any user code runs. */
export function collectClasses(): HandedOver {
  const classes: (typeof Executor)[] = []
  const waiting = new Set<() => void>()
  const stopped = Promise.withResolvers<void>()
  let seenMs = 0
  receiveClasses({
    handed(Class) {
      seenMs = performance.now()
      classes.push(Class)
      for (const look of waiting) look()
    },
    stopped() {
      seenMs = performance.now()
      stopped.resolve()
    },
  })
  return {
    stopped: stopped.promise,
    find: (className) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = classes.find((one) => className === null || one.name === className)
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async quiet(ms) {
      for (let left = ms; left > 0; left = seenMs + ms - performance.now()) await Bun.sleep(left)
    },
  }
}

/** How a script's class is waited for. */
export interface Waiting {
  /** The class is the script's own: it may be handed over after the script was loaded. */
  readonly isOfScript: boolean
  /** Default: 10 s. */
  readonly patienceMs?: number
}

/**
 * The class that `file` hands over, or else that it exports: `loading`. Rejects as `loading` does, and with XserveError
 * NO_EXECUTOR when it waits for a start without having come to the class.
 */
export async function orHandedOver(
  loading: Promise<UserModule>,
  handed: HandedOver,
  file: string,
  className: string | null,
  { isOfScript, patienceMs = PATIENCE_MS }: Waiting,
): Promise<UserModule> {
  const found = handed.find(className).then((Class) => ({ executor: Class, className: Class.name }))
  const loaded = loading.catch(async (error) => {
    if (isOfScript && error instanceof XserveError && error.code === 'NO_EXECUTOR') await handed.quiet(patienceMs)
    throw error
  })
  const nothing = handed.stopped
    .then(() => handed.quiet(patienceMs))
    .then(() => {
      const name = className ?? 'the class'
      throw new XserveError('NO_EXECUTOR', `${file} waits for a start() and does not come to ${name} behind it`, {
        where: file,
        hint: `a worker runs the program as far as that: put ${name} into a module of its own, or build its Flow before`,
      })
    })
  return Promise.race([loaded, found, nothing])
}
