/** A user's program in this process: `xserve script`. */
import { XserveError } from '../errors.ts'
import { explainLoadFailure, thrownBy } from './load-failure.ts'

/**
 * Resolves when the program has run to its end; what it has started may still go on. `import 'xserve'` must mean something by then (`provideSdk`). Throws
 * what it throws of ours, XserveError MODULE_FAILED with the position for all else; what nobody catches later goes to `failed`.
 */
export async function runScript(
  file: string,
  argv: readonly string[],
  failed: (error: XserveError) => void,
): Promise<void> {
  process.argv = [process.execPath, file, ...argv]
  endWithFaults(file, failed)
  try {
    await import(file)
  } catch (error) {
    throw error instanceof XserveError ? error : await explainLoadFailure(error, file)
  }
}

/** A promise or callback that fails with nobody to catch it ends the program, unless the program listens for that itself. */
function endWithFaults(file: string, failed: (error: XserveError) => void): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    // At once: nothing else may be left that keeps the program until an error is explained at length.
    process.on(event, (error: unknown) => {
      if (process.listenerCount(event) === 1) failed(thrownBy(error, file))
    })
  }
}
