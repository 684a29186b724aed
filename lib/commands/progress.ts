/**
 * What a start is waiting for. On a terminal a line for each executor, gone again when all are ready; elsewhere a message now
 * and then. A start that is quicker than a glance shows nothing.
 */

import type { Progress } from '../flow/members.ts'
import { paints } from './colours.ts'

export interface Screen {
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

export interface StartProgress {
  readonly told: Progress
  /** Writes beside the lines, which come back below. */
  around(write: () => void): void
  /** Takes the lines away, for good. */
  end(): void
}

interface Line {
  state: 'starting' | 'ready' | 'failed'
  readonly beganMs: number
  endedMs: number
}

/** No glance is quicker. */
const PATIENCE_MS = 200
const REDRAW_MS = 100
/** Where there is no terminal. */
const TELL_MS = 10_000

/** `tell` gets the message of those that are no terminals. */
export function createProgress(screen: Screen, colour: boolean, tell: (text: string) => void): StartProgress {
  const lines = new Map<string, Line>()
  const beganMs = performance.now()
  let drawn = 0
  let ended = false

  const clear = (): void => {
    if (drawn > 0) screen.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }
  const draw = (): void => {
    clear()
    const text = picture(lines, performance.now(), screen, colour)
    drawn = text.length
    if (drawn > 0) screen.write(`${text.join('\n')}\n`)
  }
  const look = (): void => {
    if (screen.isTerminal && performance.now() - beganMs >= PATIENCE_MS) draw()
  }
  const tellWaiting = (): void => {
    const waiting = [...lines].filter(([, { state }]) => state === 'starting').map(([name]) => name)
    if (waiting.length > 0) {
      tell(`${lines.size - waiting.length} of ${lines.size} executors are ready; still starting: ${waiting.join(', ')}`)
    }
  }
  const timer = screen.isTerminal ? setInterval(look, REDRAW_MS) : setInterval(tellWaiting, TELL_MS)

  return {
    told(name, state) {
      const now = performance.now()
      const before = lines.get(name)
      // A start that is tried again begins anew.
      const line = before && state !== 'starting' ? before : { state, beganMs: now, endedMs: now }
      line.state = state
      line.endedMs = now
      lines.set(name, line)
    },
    around(write) {
      const was = drawn
      clear()
      write()
      if (was > 0 && !ended) draw()
    },
    end() {
      ended = true
      clearInterval(timer)
      clear()
    },
  }
}

/** At most what fits on the screen: those that are waited for come first. */
function picture(lines: ReadonlyMap<string, Line>, now: number, screen: Screen, colour: boolean): string[] {
  const all = [...lines]
  const ready = all.filter(([, { state }]) => state === 'ready').length
  const room = Math.max(1, screen.rows - 3)
  const shown = all.length <= room ? all : all.filter(([, { state }]) => state !== 'ready').slice(0, room)
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  const { dim, green, red } = paints(colour)
  const paint = { starting: dim, ready: green, failed: red }
  const head = `  starting  ${ready} of ${all.length} ready`
  const rows = shown.map(([name, { state, beganMs, endedMs }]) => {
    const seconds = ((state === 'starting' ? now : endedMs) - beganMs) / 1000
    const label = name.padEnd(width).slice(0, Math.max(8, screen.columns - 24))
    return `  ${label}  ${paint[state](state.padEnd(8))}  ${dim(`${seconds.toFixed(1)} s`)}`
  })
  const left = all.length - ready - shown.length
  return [head, ...rows, ...(shown.length < all.length && left > 0 ? [dim(`  and ${left} more`)] : [])]
}
