/** What was given of a command's options, in the types of their table. */
import { findLostDigits } from '../document/lost-digits.ts'
import { XserveError } from '../errors.ts'
import type { Args, Option } from './arguments.ts'

/** The words of each option, by its name; positionals; what stands behind the first of them. */
export interface Words {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly positionals: readonly string[]
  readonly rest: readonly string[]
}

export const bad = (message: string, hint?: string): XserveError => new XserveError('BAD_ARGUMENT', message, { hint })

export function argsOf({ values, positionals, rest }: Words, option: (name: string) => Option | undefined): Args {
  const last = (name: string): string | undefined => values.get(name)?.at(-1)
  return {
    positional: (index) => positionals[index],
    rest,
    has: (name) => values.has(name),
    flag: (name) => (last(name) === undefined ? undefined : last(name) === 'true'),
    text: last,
    texts: (name) => values.get(name) ?? [],
    integer(name) {
      const text = last(name)
      return text === undefined ? undefined : wholeNumber(name, text, option(name))
    },
    object: (name) => parseObject(name, values.get(name) ?? []),
  }
}

function wholeNumber(name: string, text: string, { least = 0, most }: Partial<Option> = {}): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw bad(`--${name} must be a whole number, not ${JSON.stringify(text)}`)
  if (value >= least && value <= (most ?? Number.POSITIVE_INFINITY)) return value
  throw bad(`--${name} must be ${most === undefined ? `at least ${least}` : `from ${least} to ${most}`}, not ${text}`)
}

/** Several words or repetitions are put together; a later key wins. */
export function parseObject(name: string, words: readonly string[]): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const word of words) {
    const text = word.trim()
    if (text.startsWith('{')) {
      const value = parseJson(name, text)
      Object.assign(out, value)
      continue
    }
    const [, key, value] = /^([^:=]+?)\s*[:=]\s*([\s\S]*)$/.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw bad(
        `--${name} ${JSON.stringify(word)} is neither a JSON object nor key=value`,
        `for example --${name} '{"k": 1}'`,
      )
    out[key] = scalar(value)
  }
  return out
}

/** Of an option that is an object or a list in JSON. Throws XserveError BAD_ARGUMENT. */
export function parseJson(name: string, text: string): object {
  try {
    const value = JSON.parse(text) as object
    const lost = findLostDigits(text, value)
    if (lost === null) return value
    throw bad(`--${name}: ${lost.written} has more digits than a number holds`, `write it as a text: "${lost.written}"`)
  } catch (error) {
    if (error instanceof XserveError) throw error
    const why = error instanceof Error ? error.message.replace(/^JSON Parse error: /, '') : String(error)
    throw bad(`--${name} is no valid JSON: ${why}`, `given was ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`)
  }
}

function scalar(text: string): unknown {
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\[[\s\S]*\]|\{[\s\S]*\}|"[\s\S]*")$/.test(text)) {
    try {
      const value = JSON.parse(text) as unknown
      // A number that would be another one stays the text that it was.
      return findLostDigits(text, value) === null ? value : text
    } catch {
      return text
    }
  }
  return text
}
