/** Files that change again and again although nobody imports them: the executor writes them itself, and would reload for ever. */

/** So many changes within so many milliseconds are more than people make. */
const TIMES = 5
const WITHIN_MS = 10_000

export interface Sifted {
  /** To be served. */
  readonly wanted: readonly string[]
  /** Left alone from now on, until somebody imports them. */
  readonly restless: readonly string[]
}

/** `modules`: what is imported now. `nowMs`: of a clock that only goes on. */
export function createSieve(): (files: readonly string[], modules: readonly string[], nowMs: number) => Sifted {
  const changes = new Map<string, number[]>()
  const leftAlone = new Set<string>()
  return (files, modules, nowMs) => {
    const imported = new Set(modules)
    const wanted: string[] = []
    const restless: string[] = []
    for (const file of files) {
      if (imported.has(file)) {
        changes.delete(file)
        leftAlone.delete(file)
        wanted.push(file)
        continue
      }
      if (leftAlone.has(file)) continue
      const recent = [...(changes.get(file) ?? []).filter((ms) => nowMs - ms < WITHIN_MS), nowMs]
      changes.set(file, recent)
      if (recent.length <= TIMES) wanted.push(file)
      else {
        leftAlone.add(file)
        restless.push(file)
      }
    }
    return { wanted, restless }
  }
}
