/** The state that health checks ask for and watch: one for the whole server, under the name of each service. */
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
  /** Returns what ends the watching. */
  watch(watcher: HealthWatcher): () => void
  /** Ends every watch, so that none of them holds up a server that stops. */
  close(): void
}

/** `services`: names that are known besides '' (the server as a whole). Starts as serving. */
export function createHealth(services: readonly string[]): Health {
  const known = new Set(['', ...services])
  const watchers = new Set<HealthWatcher>()
  let current = SERVING
  return {
    status: (service) => (known.has(service) ? current : undefined),
    setServing(serving) {
      const next = serving ? SERVING : NOT_SERVING
      if (next === current) return
      current = next
      for (const watcher of watchers) watcher.changed(next)
    },
    watch(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    close() {
      for (const watcher of watchers) watcher.closed()
      watchers.clear()
    },
  }
}
