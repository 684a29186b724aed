/** One calm line about a long run, on a terminal only: how much, how fast, how far. */

export interface Progress {
  /** Documents that were answered since the last call. */
  add(documents: number): void
  /** Takes the line away. */
  stop(): void
}

export interface ProgressOptions {
  /** Done so far, from 0 to 1; null when nobody knows. */
  readonly share: () => number | null
  readonly write: (text: string) => void
  /** Milliseconds. */
  readonly now?: () => number
}

/** Who is done sooner sees nothing. */
const QUIET_MS = 1000
const REFRESH_MS = 250
const BAR_WIDTH = 24

export function createProgress({ share, write, now = () => performance.now() }: ProgressOptions): Progress {
  const started = now()
  let documents = 0
  let shown = 0
  return {
    add(more) {
      documents += more
      const time = now()
      if (time - started < QUIET_MS || (shown > 0 && time - shown < REFRESH_MS)) return
      shown = time
      write(`\r\x1b[K${describe(documents, (time - started) / 1000, share())}`)
    },
    stop() {
      if (shown > 0) write('\r\x1b[K')
      shown = 0
    },
  }
}

const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, '\u202f')

function describe(documents: number, seconds: number, share: number | null): string {
  const text = `${count(documents)} documents  ${count(documents / seconds)}/s`
  if (share === null) return text
  const full = Math.round(Math.min(1, share) * BAR_WIDTH)
  return `${'━'.repeat(full)}${'╌'.repeat(BAR_WIDTH - full)} ${Math.floor(Math.min(1, share) * 100)} %  ${text}`
}
