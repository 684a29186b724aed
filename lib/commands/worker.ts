/** The hidden command that the program runs itself with: one worker process. */
import * as sdk from '../index.ts'
import { runWorker } from '../worker/worker.ts'

export function runWorkerCommand(): Promise<void> {
  return runWorker({ ...sdk })
}
