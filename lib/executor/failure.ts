/** An error of user code as StatusProto, with positions in the user's file and without frames of ours (Jina facts §1.6). */
import path from 'node:path'
import { encodeStatus } from '../wire/status.ts'

/** Where our own code stands when it is not compiled. */
const OWN = path.dirname(import.meta.dir)

/** Whether a line of a stack is a call in our own code or inside the runtime. */
function isOwnFrame(line: string): boolean {
  return line.includes('$bunfs') || line.includes(`${OWN}/`) || /\((?:native|bun|node):|at (?:native|bun|node):|\(native\)/.test(line) || /^\s*at (?:native|unknown)\s*$/.test(line)
}

/** Lines of an error's stack from the top: the error itself, then the user's frames; causes below. */
export function stackLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [`${String(error)}\n`]
  const [, ...frames] = splitStack(error)
  const lines = [`${error.name}: ${error.message}\n`, ...frames.filter((line) => !isOwnFrame(line)).map((line) => `${line}\n`)]
  if (error.cause !== undefined) lines.push(...stackLines(error.cause).map((line, index) => (index === 0 ? `caused by ${line}` : line)))
  return lines
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
    if (isOwnFrame(frame)) continue
    const [, place] = /\(?((?:\/|[A-Za-z]:\\|file:)[^()]*:\d+:\d+)\)?\s*$/.exec(frame) ?? []
    if (place !== undefined) return place.replace(/^file:\/\//, '')
  }
  return undefined
}

/** As Python's repr writes a text. */
function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote
}

/** StatusProto bytes. `executor` is the name of the class. */
export function statusOf(error: unknown, executor: string): Uint8Array {
  const name = error instanceof Error ? error.name || 'Error' : 'Error'
  const message = error instanceof Error ? error.message : describe(error)
  return encodeStatus({
    name,
    args: [message],
    stacks: stackLines(error),
    executor,
    description: `${name}(${repr(message)})`,
  })
}

/** A thrown value that is no Error. */
function describe(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
