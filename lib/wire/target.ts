/**
 * `target_executor`: a regular expression matched from the start of a node's name, as Python's re.match does (Jina facts §5.4).
 * It comes from callers, so none may take long: what the runtime's own matcher could turn over for ever goes to one that is
 * linear in the length of the name.
 */
import { XserveError } from '../errors.ts'
import type * as Linear from './linear-pattern.ts'

/** Whether a name is met; the same for the same name. */
interface Pattern {
  test(name: string): boolean
}

const compiled = new Map<string, Pattern>()

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

function compile(pattern: string): Pattern {
  if (pattern.length > MAX_LENGTH) throw refused(pattern, `it is longer than ${MAX_LENGTH} characters`)
  try {
    const [, flags = '', rest = ''] = GLOBAL_FLAGS.exec(pattern)!
    const own = new RegExp(`^(?:${rest.replace(PYTHON_ONLY, translate)})`, [...new Set(flags)].join(''))
    return isQuick(rest) ? own : linear(pattern)
  } catch (error) {
    throw error instanceof XserveError
      ? error
      : refused(pattern, error instanceof Error ? error.message : String(error))
  }
}

function linear(pattern: string): Pattern {
  // Loaded where it is needed, which is seldom.
  const { compileLinear } = require('./linear-pattern.ts') as typeof Linear
  const result = compileLinear(pattern)
  if (typeof result !== 'string') return result
  throw bad(pattern, `could take for ever: beside groups that repeat nothing looks around or back (${result})`)
}

/** Patterns without groups that repeat this often take no more steps than the name has letters, to this power. */
const MOST_REPEATS = 2

/**
 * Whether any matcher is done with it at once: no groups but one that looks ahead in front (`(?!executor1)`), and few
 * repetitions in each alternative.
 */
function isQuick(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x')
  const [, ahead = '', rest = ''] = /^\^?\(\?[!=]([^()]*)\)(.*)$/s.exec(bare) ?? [null, '', bare]
  return [ahead, rest].every(
    (part) => !/[()]/.test(part) && part.split('|').every((one) => (one.match(/[*+?{]/g)?.length ?? 0) <= MOST_REPEATS),
  )
}

const refused = (pattern: string, why: string): XserveError => bad(pattern, `is no regular expression: ${why}`)

function bad(pattern: string, what: string): XserveError {
  return new XserveError('BAD_TARGET', `target_executor ${JSON.stringify(pattern.slice(0, 80))} ${what}`, {
    hint: 'it is matched against the names of the executors, from the start',
  })
}
