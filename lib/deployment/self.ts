/** How this program starts itself again: the binary alone when compiled, else bun with the entry file of the sources. */
import path from 'node:path'

/** Arguments before the subcommand. */
export function selfCommand(): string[] {
  const compiled = Bun.main.startsWith('/$bunfs/') || Bun.main.includes('~BUN')
  // Not the program that runs: that may be a user's script, which has this as a package.
  return compiled ? [process.execPath] : [process.execPath, path.join(import.meta.dir, '../../cli.ts')]
}
