/**
 * Whether one at whom calls were given up still answers. Who is stuck (a loop without end, a stopped process) has no calls
 * under way, since those are given up one after the other: by that number it would be given all the next ones, and lose them.
 */

export interface Doubt {
  /** Calls given up since it last showed that it answers; they count as if they were under way. */
  readonly calls: number
  /** How long it has been asked in vain; 0: it is not asked. */
  readonly silentMs: number
  /** A call was given up. */
  raise(): void
}

/** `ask` settles with the first sign of life, however it turns out. It is called again only after that. */
export function createDoubt(ask: () => Promise<unknown>, now: () => number = () => performance.now()): Doubt {
  let calls = 0
  /** null: nothing is asked. */
  let askedMs: number | null = null
  const settle = (): void => {
    calls = 0
    askedMs = null
  }
  return {
    get calls() {
      return calls
    },
    get silentMs() {
      return askedMs === null ? 0 : now() - askedMs
    },
    raise() {
      calls++
      if (askedMs !== null) return
      askedMs = now()
      ask().then(settle, settle)
    },
  }
}
