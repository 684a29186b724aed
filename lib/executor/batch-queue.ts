/** A queue that hands over what waits in it when there is enough of it, or it has waited long enough; one batch at a time. */
import type { BatchingPlan } from '../plan/plan.ts'
import { timerMs } from '../within.ts'

export interface BatchQueue<Item> {
  add(items: readonly Item[]): void
  /** Takes out those that wait and are meant. */
  drop(isMeant: (item: Item) => boolean): void
  /** From now on nothing waits for others. */
  hurry(): void
  /** Nothing waits and nothing runs. */
  readonly idle: boolean
}

interface Waiting<Item> {
  readonly item: Item
  readonly sinceMs: number
}

/** `run` must not reject. `onIdle` is told when the last batch is done and nothing waits. */
export function createBatchQueue<Item>(
  plan: BatchingPlan,
  run: (batch: readonly Item[]) => Promise<void>,
  onIdle: () => void,
): BatchQueue<Item> {
  const { preferredBatchSize, timeoutMs, flushAll } = plan
  let waiting: Waiting<Item>[] = []
  let timer: Timer | undefined
  let running = false
  let hurried = false

  const dueIn = (): number => {
    if (hurried || waiting.length >= preferredBatchSize) return 0
    return waiting[0]!.sinceMs + timeoutMs - performance.now()
  }

  const next = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (running) return
    if (waiting.length === 0) {
      onIdle()
      return
    }
    const ms = dueIn()
    if (ms > 0) {
      timer = setTimeout(next, timerMs(Math.ceil(ms)))
      return
    }
    const batch = waiting.splice(0, flushAll ? waiting.length : preferredBatchSize)
    running = true
    void run(batch.map(({ item }) => item)).then(() => {
      running = false
      next()
    })
  }

  return {
    add(items) {
      const sinceMs = performance.now()
      for (const item of items) waiting.push({ item, sinceMs })
      next()
    },
    drop(isMeant) {
      const left = waiting.filter(({ item }) => !isMeant(item))
      if (left.length === waiting.length) return
      waiting = left
      next()
    },
    hurry() {
      hurried = true
      next()
    },
    get idle() {
      return !running && waiting.length === 0
    },
  }
}
