/** One timer for all connections of a front: seconds counted, the date of answers, and deadlines looked after. */

export interface Clock {
  /** Seconds since the start, while anything is looked after. */
  readonly seconds: number
  /** `date: …` with its line end. */
  readonly dateLine: string
  /** Starts the timer. */
  start(): void
  stop(): void
}

/** Calls `tick` once a second. */
export function createClock(tick: () => void): Clock {
  let seconds = 1
  let dateLine = ''
  let timer: ReturnType<typeof setInterval> | undefined

  const advance = (): void => {
    seconds++
    dateLine = `date: ${new Date().toUTCString()}\r\n`
    tick()
  }
  return {
    get seconds() {
      return seconds
    },
    get dateLine() {
      return dateLine
    },
    start() {
      if (timer !== undefined) return
      advance()
      timer = setInterval(advance, 1000)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
