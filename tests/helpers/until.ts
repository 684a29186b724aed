/** Waiting for a state that nobody tells of: asked for again and again, with an end. */

/** Between two looks: short against what tests wait for, and time for others to go on. */
const PAUSE_MS = 2
/** Beyond it the machine is not slow, the state does not come. */
const DEADLINE_MS = 20_000

/** Resolves when `condition` holds; rejects with `what` did not happen in time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + DEADLINE_MS
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${DEADLINE_MS} ms`)
    await Bun.sleep(PAUSE_MS)
  }
}
