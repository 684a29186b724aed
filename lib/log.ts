/**
 * Messages to the operator, on stderr: `LEVEL name@pid message`, the level padded to five characters, one line each, never
 * folded. Colour only on a terminal. Levels as in Jina: JINA_LOG_LEVEL or XSERVE_LOG_LEVEL (Jina facts §10.3).
 */
import { type ConsolaInstance, createConsola } from 'consola'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
  /** The same log under another name (and process). */
  named(name: string, pid?: number): Logger
}

/** consola's numbers: messages of a level up to the set one are shown. */
const LEVELS: Readonly<Record<string, number>> = {
  debug: 4,
  info: 3,
  success: 3,
  warn: 1,
  warning: 1,
  error: 0,
  critical: 0,
}
const SHOWN: Readonly<Record<LogLevel, { text: string; colour: string }>> = {
  debug: { text: 'DEBUG', colour: '\x1b[90m' },
  info: { text: 'INFO ', colour: '\x1b[36m' },
  warn: { text: 'WARN ', colour: '\x1b[33m' },
  error: { text: 'ERROR', colour: '\x1b[31m' },
}

export interface LogOptions {
  /** Name of a level, any case. Default: XSERVE_LOG_LEVEL, JINA_LOG_LEVEL, else info. */
  readonly level?: string | undefined
  /** Default: stderr. */
  readonly write?: (text: string) => void
  /** Default: stderr is a terminal and NO_COLOR is not set. */
  readonly colour?: boolean
}

export function createLogger(name: string, options: LogOptions = {}): Logger {
  const environment = process.env
  const level = (options.level ?? environment.XSERVE_LOG_LEVEL ?? environment.JINA_LOG_LEVEL ?? 'info').toLowerCase()
  const write = options.write ?? ((text: string) => void process.stderr.write(text))
  const colour = options.colour ?? (process.stderr.isTTY === true && !environment.NO_COLOR)
  const consola = createConsola({
    level: LEVELS[level] ?? 3,
    throttle: 0,
    reporters: [
      {
        log({ type, args, tag }) {
          const { text, colour: code } = SHOWN[type as LogLevel] ?? SHOWN.info
          const label = colour ? `${code}${text}\x1b[0m` : text
          write(`${label} ${tag} ${String(args[0]).replaceAll('\n', '\n      ')}\n`)
        },
      },
    ],
  })
  return loggerOf(consola, name, process.pid)
}

function loggerOf(root: ConsolaInstance, name: string, pid: number): Logger {
  const tagged = root.withTag(`${name}@${pid}`)
  return {
    debug: (message) => tagged.debug(message),
    info: (message) => tagged.info(message),
    warn: (message) => tagged.warn(message),
    error: (message) => tagged.error(message),
    named: (other, otherPid = pid) => loggerOf(root, other, otherPid),
  }
}

/** What every request could say is said once in this time; in milliseconds. */
const SELDOM_MS = 1000

/** `tell`, once a second at most: who says it for every request would fill the log and the time. The next tells how many were left out. */
export function seldom(tell: (text: string) => void, everyMs = SELDOM_MS): (text: string) => void {
  let next = 0
  let left = 0
  return (text) => {
    const now = performance.now()
    if (now < next) {
      left++
      return
    }
    next = now + everyMs
    tell(left === 0 ? text : `${text} (and ${left} more like it)`)
    left = 0
  }
}
