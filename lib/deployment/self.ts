/** How this program starts itself again: the binary alone when compiled, else bun with the entry file. */

/** Arguments before the subcommand. */
export function selfCommand(): string[] {
  const compiled = Bun.main.startsWith('/$bunfs/') || Bun.main.includes('~BUN')
  return compiled ? [process.execPath] : [process.execPath, Bun.main]
}
