/** One piece of work at a time, and of several that are asked for the newest: what is older and under way is given up. */

/** `signal` says that a newer one has come. */
export type Work = (signal: AbortSignal) => Promise<void>

interface Turn {
  readonly given: AbortController
  readonly done: Promise<void>
}

/**
 * Work begins when the one before has ended, which is told by its signal to end. The promise of one that was given up, or
 * never begun, tells how the newest went.
 */
export function createNewest(): (work: Work) => Promise<void> {
  let newest: Turn | null = null

  const begin = (work: Work, before: Turn | null): Turn => {
    const given = new AbortController()
    const { signal } = given
    before?.given.abort()
    const run = async (): Promise<void> => {
      await before?.done.catch(() => {})
      if (!signal.aborted) await work(signal)
    }
    return { given, done: run() }
  }

  return async (work) => {
    let turn: Turn = begin(work, newest)
    newest = turn
    for (;;) {
      try {
        await turn.done
      } catch (error) {
        if (turn === newest) throw error
      }
      if (turn === newest) return
      turn = newest
    }
  }
}
