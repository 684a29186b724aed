/**
 * Messages to the operator, on stderr: `LEVEL name@pid message`, the level padded to five characters, one line each, never
 * folded. Colour only on a terminal. Levels as in Jina: JINA_LOG_LEVEL or XSERVE_LOG_LEVEL (Jina facts §10.3). For machines
 * the same as JSON: one object a line, `{time, level, name, pid, message, …}`, `time` in ISO 8601.
 */
import { type ConsolaInstance, createConsola } from 'consola'
import { toStderr } from './outlet.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export const LOG_FORMATS = ['text', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]
/** What a message says to machines besides: members of its JSON object. */
export type LogFields = Readonly<Record<string, unknown>>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  /** Whether messages for debugging are shown: what is costly to know need not be found out for nobody. */
  readonly isDebug: boolean
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
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
/** Names of levels that are understood, Jina's among them. */
export const LOG_LEVELS: readonly string[] = Object.keys(LEVELS)
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
  /** Default: text. */
  readonly format?: LogFormat
}

/** As JSON, one line. */
export function jsonLine(
  level: LogLevel,
  name: string,
  pid: number | undefined,
  message: string,
  fields: LogFields = {},
): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level, name, pid, message, ...fields })}\n`
}

export function createLogger(name: string, options: LogOptions = {}): Logger {
  const environment = process.env
  const level = (options.level ?? environment.XSERVE_LOG_LEVEL ?? environment.JINA_LOG_LEVEL ?? 'info').toLowerCase()
  const write = options.write ?? toStderr
  const colour = options.colour ?? (process.stderr.isTTY === true && !environment.NO_COLOR)
  const asText = (type: LogLevel, tag: string, message: string): string => {
    const { text, colour: code } = SHOWN[type] ?? SHOWN.info
    const label = colour ? `${code}${text}\x1b[0m` : text
    return `${label} ${tag} ${message.replaceAll('\n', '\n      ')}\n`
  }
  const asJson = (type: LogLevel, tag: string, message: string, fields: LogFields): string => {
    const at = tag.lastIndexOf('@')
    return jsonLine(type, tag.slice(0, at), Number(tag.slice(at + 1)), message, fields)
  }
  const line = options.format === 'json' ? asJson : asText
  const consola = createConsola({
    level: LEVELS[level] ?? 3,
    throttle: 0,
    reporters: [
      {
        log: ({ type, args, tag }) => write(line(type as LogLevel, tag, String(args[0]), args[1] as LogFields)),
      },
    ],
  })
  return loggerOf(consola, name, process.pid)
}

function loggerOf(root: ConsolaInstance, name: string, pid: number): Logger {
  const tagged = root.withTag(`${name}@${pid}`)
  return {
    debug: (message, fields = {}) => tagged.debug(message, fields),
    isDebug: root.level >= LEVELS.debug!,
    info: (message, fields = {}) => tagged.info(message, fields),
    warn: (message, fields = {}) => tagged.warn(message, fields),
    error: (message, fields = {}) => tagged.error(message, fields),
    named: (other, otherPid = pid) => loggerOf(root, other, otherPid),
  }
}

/** `quiet`: only warnings and errors. `quietErrors`: errors in one line, without what stands below it. */
export interface Quietness {
  readonly quiet: boolean
  readonly quietErrors: boolean
}

export function quietened(log: Logger, how: Quietness): Logger {
  if (!how.quiet && !how.quietErrors) return log
  const silent = (): void => {}
  const firstLine = (message: string): string => message.split('\n', 1)[0]!
  return {
    debug: how.quiet ? silent : log.debug,
    isDebug: log.isDebug && !how.quiet,
    info: how.quiet ? silent : log.info,
    warn: log.warn,
    error: how.quietErrors ? (message, fields) => log.error(firstLine(message), fields) : log.error,
    named: (name, pid) => quietened(log.named(name, pid), how),
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
