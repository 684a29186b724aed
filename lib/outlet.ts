/**
 * Standard output and error of a program that must not depend on who reads them. A full disk, a reader that has gone or one
 * that stands still (a pipe nobody empties, a terminal held by Ctrl-S) costs lines, never a call, the program, or memory
 * without bound.
 */

/** What is needed of process.stdout and process.stderr. */
export interface OutletStream {
  /** Calls back once the text has been taken, or cannot be. */
  write(text: string, done: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** Characters that may wait for their reader; some thousand lines, which a busy moment of a terminal does not reach. */
const MOST_WAITING = 4 * 1024 * 1024

const gapText = (lines: number): string =>
  `… ${lines} lines are missing here: nobody read them in time, or the disk is full\n`

/** `gap` is written where lines are missing, as soon as there is room again. Never throws. */
export function createOutlet(stream: OutletStream, gap: (lines: number) => string = gapText): (text: string) => void {
  let waiting = 0
  let lost = 0
  // Without a listener an error would be one of the whole program, which would write of it, and fail again.
  stream.on('error', () => {})

  /** `lines`: how many are missing if it fails. */
  const send = (text: string, lines: number): void => {
    waiting += text.length
    stream.write(text, (error) => {
      waiting -= text.length
      if (error) lost += lines
      else if (waiting === 0) tellGap()
    })
  }
  const tellGap = (): void => {
    if (lost === 0) return
    const lines = lost
    lost = 0
    send(gap(lines), lines)
  }
  return (text) => {
    const lines = linesOf(text)
    if (waiting > MOST_WAITING) {
      lost += lines
      return
    }
    tellGap()
    send(text, lines)
  }
}

function linesOf(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}

const outlets = new WeakMap<OutletStream, (text: string) => void>()

/** One for all that write there. */
function outletOf(stream: OutletStream): (text: string) => void {
  let outlet = outlets.get(stream)
  if (outlet === undefined) {
    outlet = createOutlet(stream)
    outlets.set(stream, outlet)
  }
  return outlet
}

export const toStdout = (text: string): void => outletOf(process.stdout)(text)
export const toStderr = (text: string): void => outletOf(process.stderr)(text)
