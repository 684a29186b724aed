/** `target_executor`: a regular expression matched from the start of a node's name, as Python's re.match does (Jina facts §5.4). */
import { XserveError } from '../errors.ts'

const compiled = new Map<string, RegExp>()

/** Longer patterns are refused: names are short, and a pattern is compiled on the data path. */
const MAX_LENGTH = 1000
const MAX_KEPT = 256

/** Whether a node of this name is meant; '' means every node. Throws XserveError BAD_TARGET for a pattern that is none. */
export function matchesTarget(pattern: string, name: string): boolean {
  if (pattern === '') return true
  let expression = compiled.get(pattern)
  if (!expression) {
    expression = compile(pattern)
    if (compiled.size >= MAX_KEPT) compiled.clear()
    compiled.set(pattern, expression)
  }
  return expression.test(name)
}

/** Python's flags for the whole pattern stand at its front. */
const GLOBAL_FLAGS = /^(?:\(\?([ims]+)\))?([\s\S]*)$/

/** Whatever a backslash stands before, so that none is taken for the beginning of the next; and named groups. */
const PYTHON_ONLY = /\\[\s\S]|\(\?P</g

/** Python has names of its own for the very start, the very end, and named groups. */
function translate(part: string): string {
  if (part === '\\A') return '^'
  if (part === '\\Z') return '$'
  return part === '(?P<' ? '(?<' : part
}

function compile(pattern: string): RegExp {
  const refuse = (why: string) =>
    new XserveError(
      'BAD_TARGET',
      `target_executor ${JSON.stringify(pattern.slice(0, 80))} is no regular expression: ${why}`,
      {
        hint: 'it is matched against the names of the executors, from the start',
      },
    )
  if (pattern.length > MAX_LENGTH) throw refuse(`it is longer than ${MAX_LENGTH} characters`)
  try {
    const [, flags = '', rest = ''] = GLOBAL_FLAGS.exec(pattern)!
    return new RegExp(`^(?:${rest.replace(PYTHON_ONLY, translate)})`, [...new Set(flags)].join(''))
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
}
