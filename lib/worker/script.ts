/** A user's program in this process: `xserve script`. */
import { XserveError } from '../errors.ts'
import { explainLoadFailure } from './load-failure.ts'

/**
 * Resolves when the program has nothing more to do. `import 'xserve'` must mean something by then (`provideSdk`). Throws
 * what it throws of ours, XserveError MODULE_FAILED with the position for all else.
 */
export async function runScript(file: string, argv: readonly string[]): Promise<void> {
  process.argv = [process.execPath, file, ...argv]
  const over = new Promise<void>((resolve) => process.once('beforeExit', () => resolve()))
  try {
    await Promise.race([import(file), over])
  } catch (error) {
    throw error instanceof XserveError ? error : await explainLoadFailure(error, file)
  }
  await over
}
