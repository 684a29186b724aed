/** Command-line options as data: one table a command, strictly parsed, from which citty also makes the help. */
import { findLostDigits } from '../document/lost-digits.ts'
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'

export type OptionType = 'flag' | 'text' | 'integer' | 'object'

export interface Option {
  /** Long name without dashes. */
  readonly name: string
  readonly type: OptionType
  /** One sentence; stands in the help. */
  readonly summary: string
  /** What the value is, in the help: `PORT`. */
  readonly value?: string
  /** Other spellings that are accepted: Jina's, and single letters. Never shown. */
  readonly also?: readonly string[]
  /** May be given several times. */
  readonly many?: boolean
  /** Further words behind the first that belong to it: Jina's command takes several. */
  readonly words?: RegExp
  /** A flag that is on unless `--no-NAME` is given. */
  readonly negatable?: boolean
  /** Default as the help tells it. */
  readonly preset?: string
  /** Accepted for Jina's sake, not in the help. */
  readonly hidden?: boolean
}

export interface Positional {
  readonly name: string
  readonly summary: string
  readonly required: boolean
}

export interface CommandDefinition {
  readonly name: string
  readonly summary: string
  readonly positionals: readonly Positional[]
  readonly options: readonly Option[]
  /** Command lines for the help, with what they do behind `#`. */
  readonly examples: readonly string[]
  /** What stands behind the first positional is another program's: it is not parsed. */
  readonly rest?: true
  /** Resolves with the exit code; null: the process ends by itself when nothing is left to do. Throws XserveError. */
  run(args: Args): Promise<number | null>
}

/** What was given, with the checks of its type. Getters throw XserveError BAD_ARGUMENT. */
export interface Args {
  positional(index: number): string | undefined
  /** As they were given; for commands with `rest`. */
  readonly rest: readonly string[]
  has(name: string): boolean
  flag(name: string): boolean | undefined
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  integer(name: string, least: number, most?: number): number | undefined
  /** JSON object or `key:value`, `key=value` pairs; {} when not given. */
  object(name: string): Record<string, unknown>
}

/** Options that every command has. */
export const COMMON_OPTIONS: readonly Option[] = [
  { name: 'help', type: 'flag', summary: 'Show this help', also: ['h'] },
  { name: 'debug', type: 'flag', summary: 'Show debug messages, and stack traces of errors' },
  {
    name: 'log-level',
    type: 'text',
    value: 'LEVEL',
    summary: 'debug, info, warn or error',
    preset: 'JINA_LOG_LEVEL, else info',
  },
  {
    name: 'log-format',
    type: 'text',
    value: 'FORMAT',
    summary: 'text or json, an object a line',
    preset: 'XSERVE_LOG_FORMAT, else text',
  },
]

const bad = (message: string, hint?: string): XserveError =>
  new XserveError('BAD_ARGUMENT', message, hint === undefined ? {} : { hint })

function isValue(token: string | undefined): token is string {
  return token !== undefined && (!token.startsWith('-') || token === '-' || /^-\d/.test(token))
}

/** Throws XserveError UNKNOWN_OPTION, BAD_ARGUMENT. */
export function parseArguments(command: CommandDefinition, tokens: readonly string[]): Args {
  const table = new Map<string, { option: Option; negative: boolean }>()
  for (const option of [...command.options, ...COMMON_OPTIONS]) {
    for (const name of [option.name, ...(option.also ?? [])]) table.set(name, { option, negative: false })
    if (option.negatable) table.set(`no-${option.name}`, { option, negative: true })
  }
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  let rest: readonly string[] = []
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token === '--') {
      positionals.push(...tokens.slice(i + 1))
      break
    }
    if (isValue(token)) {
      positionals.push(token)
      if (command.rest) {
        rest = tokens.slice(i + 1)
        break
      }
      continue
    }
    // Probes that Jina writes have an option and its value in one word.
    const [, name = '', inline] = /^--?([^=\s]*)(?:[=\s]([\s\S]*))?$/.exec(token) ?? []
    const found = table.get(name) ?? table.get(name.replaceAll('_', '-'))
    if (!found) throw unknownOption(command, token, name, [...table.keys()])
    const { option, negative } = found
    const list = values.get(option.name) ?? []
    values.set(option.name, list)
    if (list.length > 0 && !option.many && option.type !== 'object') throw bad(`--${option.name} is given twice`)
    if (option.type === 'flag') list.push(flagValue(option, negative, inline))
    else if (inline !== undefined) list.push(inline)
    else {
      // Outside of dashes anything is a value; behind them only what cannot be meant as an option.
      if (
        tokens[i + 1] === undefined ||
        (!isValue(tokens[i + 1]) && table.has(tokens[i + 1]!.replace(/^--?/, '').split('=')[0]!))
      )
        throw bad(`--${option.name} needs a value`, `write --${option.name}=${option.value ?? 'VALUE'}`)
      list.push(tokens[++i]!)
      while (option.words?.test(tokens[i + 1] ?? '')) list.push(tokens[++i]!)
      if (option.type === 'object') while (isPair(tokens[i + 1])) list.push(tokens[++i]!)
    }
  }
  checkPositionals(command, positionals)
  return argsOf(values, positionals, rest)
}

/** `key:value` or `key=value`, as Jina's dictionaries come as several words. */
function isPair(token: string | undefined): boolean {
  return token !== undefined && /^[A-Za-z_][\w.-]*\s*[:=](?!\/\/)/.test(token)
}

function flagValue(option: Option, negative: boolean, inline: string | undefined): string {
  if (inline === undefined) return negative ? 'false' : 'true'
  if (inline !== 'true' && inline !== 'false')
    throw bad(`--${option.name} is a flag: it takes no value ${JSON.stringify(inline)}`)
  return (inline === 'true') !== negative ? 'true' : 'false'
}

function unknownOption(command: CommandDefinition, token: string, name: string, known: readonly string[]): XserveError {
  const guess = nearest(name, known)
  const help = `xserve ${command.name} --help lists the options`
  return new XserveError('UNKNOWN_OPTION', `unknown option ${token.split('=')[0]}`, {
    hint: guess === undefined ? help : `did you mean --${guess}? ${help}`,
  })
}

function checkPositionals(command: CommandDefinition, given: readonly string[]): void {
  const extra = given[command.positionals.length]
  if (extra !== undefined)
    throw bad(`unexpected argument ${JSON.stringify(extra)}`, `xserve ${command.name} --help shows the usage`)
}

function argsOf(
  values: ReadonlyMap<string, readonly string[]>,
  positionals: readonly string[],
  rest: readonly string[],
): Args {
  const last = (name: string): string | undefined => values.get(name)?.at(-1)
  return {
    positional: (index) => positionals[index],
    rest,
    has: (name) => values.has(name),
    flag: (name) => (last(name) === undefined ? undefined : last(name) === 'true'),
    text: last,
    texts: (name) => values.get(name) ?? [],
    integer(name, least, most = Number.MAX_SAFE_INTEGER) {
      const text = last(name)
      if (text === undefined) return undefined
      const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
      if (Number.isNaN(value)) throw bad(`--${name} must be a whole number, not ${JSON.stringify(text)}`)
      if (value < least || value > most) throw bad(`--${name} must be from ${least} to ${most}, not ${text}`)
      return value
    },
    object: (name) => parseObject(name, values.get(name) ?? []),
  }
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

function parseJson(name: string, text: string): object {
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
