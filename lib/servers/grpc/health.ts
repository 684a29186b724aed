/** The state that health checks ask for and watch: of the server, under the name of each service, and of its executors. */
import { NOT_SERVING, SERVING } from './messages.ts'

/** Who watches: told of changes, and once of the end. */
export interface HealthWatcher {
  changed(status: number): void
  closed(): void
}

export interface Health {
  /** SERVING or NOT_SERVING; undefined for a service that is not there. */
  status(service: string): number | undefined
  /** Tells the watchers when it is a change. */
  setServing(serving: boolean): void
  /** Tells of changes of one service. Returns what ends the watching. */
  watch(service: string, watcher: HealthWatcher): () => void
  /** Ends every watch, so that none of them holds up a server that stops. */
  close(): void
}

/** How soon a watcher learns what has become of an executor, which nobody tells of by itself. */
const LOOK_MS = 250

/**
 * `services`: names that are known besides '' (the server as a whole). `serves`: what is behind the server as a whole, and
 * behind other names, which are those of executors. Starts as serving.
 */
export function createHealth(
  services: readonly string[],
  serves: (name: string) => boolean | undefined = (name) => (name === '' ? true : undefined),
): Health {
  const known = new Set(['', ...services])
  const watches = new Set<{ readonly service: string; readonly watcher: HealthWatcher; last: number | undefined }>()
  let isOn = true
  let timer: Timer | undefined

  const status = (service: string): number | undefined => {
    const serving = known.has(service) ? isOn && serves('') : serves(service)
    return serving === undefined ? undefined : serving ? SERVING : NOT_SERVING
  }
  const look = (): void => {
    for (const watch of watches) {
      const now = status(watch.service)
      if (now === undefined || now === watch.last) continue
      watch.last = now
      watch.watcher.changed(now)
    }
  }
  const end = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    status,
    setServing(serving) {
      isOn = serving
      look()
    },
    watch(service, watcher) {
      const watch = { service, watcher, last: status(service) }
      watches.add(watch)
      timer ??= setInterval(look, LOOK_MS).unref()
      return () => {
        watches.delete(watch)
        if (watches.size === 0) end()
      }
    },
    close() {
      end()
      for (const { watcher } of watches) watcher.closed()
      watches.clear()
    },
  }
}
