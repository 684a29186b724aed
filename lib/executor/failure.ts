/** An error of user code as StatusProto, with positions in the user's file and without frames of ours (Jina facts §1.6). */
import path from 'node:path'
import { encodeStatus } from '../wire/status.ts'

/** Where our own code stands when it is not compiled. */
const OWN = path.dirname(import.meta.dir)

/**
 * The place in a line of a stack, when it is an absolute path. Calls inside the runtime have none, and those in our own
 * code, once compiled, have paths from the top of our sources.
 */
const PLACE = /^\s*at (?:(?:async )?|.*? \()((?:\/|[A-Za-z]:[\\/]|file:\/\/).*:\d+:\d+)\)?$/

/** `file:line:column` of a line of a stack; undefined when it is no call in user code. */
function userPlace(line: string): string | undefined {
  const place = PLACE.exec(line)?.[1]?.replace(/^file:\/\//, '')
  return place === undefined || place.startsWith(`${OWN}/`) || /\$bunfs|~BUN/.test(place) ? undefined : place
}

/** Causes of causes are told to this depth: an error may be its own cause. */
const MAX_CAUSES = 8

/** Lines of an error's stack from the top: the error itself, then the user's frames; causes below. */
export function stackLines(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error)) return [`${describe(error)}\n`]
  const [, ...frames] = splitStack(error)
  const lines = [`${headline(error)}\n`, ...frames.filter((line) => userPlace(line)).map((line) => `${line}\n`)]
  if (depth >= MAX_CAUSES) return lines
  const causes = error.cause === undefined ? [] : [error.cause]
  if (error instanceof AggregateError) causes.push(...error.errors)
  for (const cause of causes) {
    const [first, ...rest] = stackLines(cause, depth + 1)
    lines.push(`caused by ${first}`, ...rest)
  }
  return lines
}

/** `RangeError: boom`; of a thrown value that is no Error, the value. */
export function headline(error: unknown): string {
  return error instanceof Error ? `${nameOf(error)}: ${messageOf(error)}` : describe(error)
}

/** Names that an error has from the language's own classes. */
const INHERITED: ReadonlySet<string> = new Set(['Error', 'RangeError', 'TypeError', 'SyntaxError', 'AggregateError'])

/** A class that sets no name of its own is called after itself: `class QuotaError extends Error {}`. */
function nameOf(error: Error): string {
  const { name } = error
  if (typeof name === 'string' && name !== '' && !INHERITED.has(name)) return name
  const own: unknown = error.constructor?.name
  return typeof own === 'string' && own !== '' ? own : 'Error'
}

function messageOf(error: Error): string {
  return typeof error.message === 'string' ? error.message : describe(error.message)
}

function splitStack(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const lines = stack.split('\n')
  const first = lines.findIndex((line) => /^\s+at /.test(line))
  return first === -1 ? [stack] : [lines.slice(0, first).join('\n'), ...lines.slice(first)]
}

/** `file:line:column` of the first frame of the user's; undefined when there is none. */
export function positionOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const [, ...frames] = splitStack(error)
  for (const frame of frames) {
    const place = userPlace(frame)
    if (place !== undefined) return place
  }
  return undefined
}

/** What Python writes by number: controls, separators but the space, what is invisible, and halves of pairs. */
const UNPRINTABLE = /[\p{C}\p{Z}]/gu
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', ' ': ' ' }

/** As Python's repr writes a text. */
function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replace(UNPRINTABLE, (character) => SHORT_ESCAPES[character] ?? byNumber(character))
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote
}

/** `\x00`, `\u200b`, `\U000e0001`. */
function byNumber(character: string): string {
  const hex = character.codePointAt(0)!.toString(16)
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** StatusProto bytes. `executor` is the name of the class. */
export function statusOf(error: unknown, executor: string): Uint8Array {
  const name = error instanceof Error ? nameOf(error) : 'Error'
  const message = error instanceof Error ? messageOf(error) : describe(error)
  // `new QuotaError()` says nothing, as `QuotaError()` of Python has no arguments.
  const silent = message === '' && error instanceof Error
  return encodeStatus({
    name,
    args: silent ? [] : [message],
    stacks: stackLines(error),
    executor,
    description: silent ? `${name}()` : `${name}(${repr(message)})`,
  })
}

/** A value that may be anything, as text. Never throws: user code can throw an object whose toString does. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return (typeof value === 'object' ? JSON.stringify(value) : undefined) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
