/** Waiting for what nobody tells: asked again and again, a short while apart, until it is so. */

const PAUSE_MS = 5
const LIMIT_MS = 20_000

/** Resolves once `isSo` answers true; rejects with what was waited for when it does not in `limitMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not so within ${limitMs} ms: ${isSo}`)
    await Bun.sleep(PAUSE_MS)
  }
}
