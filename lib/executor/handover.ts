/**
 * A script that serves a class of its own is imported once more by the class's worker. There it starts nothing: what it
 * would serve is handed over, and it goes no further (design: user code lives in workers).
 */
import type { Executor } from './executor.ts'

/** A user's class, whatever its constructor takes. */
export type ExecutorClass = (abstract new (...args: never[]) => Executor) & { readonly name: string }

interface Listener {
  /** Told of each class that would be served. */
  handed(Class: typeof Executor): void
  /** The script, or a part of it, goes no further: it waits for a start. */
  stopped(): void
}

let receive: Listener | null = null

/** Makes this process a worker: classes come here from now on. null: it is none any more. */
export function receiveClasses(listener: Listener | null): void {
  receive = listener
}

/** Whether this process is a worker; then the class is handed over. */
export function handOver(Class: ExecutorClass): boolean {
  receive?.handed(Class as unknown as typeof Executor)
  return receive !== null
}

/** What waits for a start never goes on in a worker. */
export function stopHere(): Promise<never> | null {
  receive?.stopped()
  return receive === null ? null : new Promise<never>(() => {})
}
