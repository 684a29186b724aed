/** What arrives by callbacks, read by iteration: the sender is told to wait while the reader does. */
import type { XserveError } from '../errors.ts'

/** So many have come and are not read: the sender waits. */
const MOST_WAITING = 16

export interface FrameQueue<T> {
  push(frame: T): void
  /** Nothing comes after it; null: all went well. */
  end(error: XserveError | null): void
  /** What has come, then what comes. Throws what it ended with. */
  read(): AsyncGenerator<T, void, undefined>
}

/** `source` is what is told to wait, and to go on. */
export function createFrameQueue<T>(source: { pause(): void; resume(): void }): FrameQueue<T> {
  const waiting: T[] = []
  let over = false
  let failure: XserveError | null = null
  let paused = false
  let wake = (): void => {}
  return {
    push(frame) {
      waiting.push(frame)
      if (waiting.length >= MOST_WAITING && !paused) {
        paused = true
        source.pause()
      }
      wake()
    },
    end(error) {
      over = true
      failure = error
      wake()
    },
    async *read() {
      for (;;) {
        if (waiting.length > 0) yield waiting.shift()!
        else if (failure) throw failure
        else if (over) return
        else {
          const more = new Promise<void>((resolve) => {
            wake = resolve
          })
          if (paused) {
            paused = false
            source.resume()
          }
          await more
        }
      }
    },
  }
}
