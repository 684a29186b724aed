/** Warnings of commands that serve nothing, on stderr. */

/** Each is told once, however often it was found. */
export async function printWarnings(warnings: Iterable<string>): Promise<void> {
  for (const warning of new Set(warnings)) await Bun.write(Bun.stderr, `warning ${warning}\n`)
}
