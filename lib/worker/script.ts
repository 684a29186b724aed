/** A user's program in this process: `xserve script`. */
import { XserveError } from '../errors.ts'
import { explainLoadFailure } from './load-failure.ts'

/**
 * Resolves when the program has run to its end; what it has started may still go on. `import 'xserve'` must mean something by then (`provideSdk`). Throws
 * what it throws of ours, XserveError MODULE_FAILED with the position for all else.
 */
export async function runScript(file: string, argv: readonly string[]): Promise<void> {
  process.argv = [process.execPath, file, ...argv]
  try {
    await import(file)
  } catch (error) {
    throw error instanceof XserveError ? error : await explainLoadFailure(error, file)
  }
}
