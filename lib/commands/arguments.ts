/** Command-line options as data: one table a command, strictly parsed, from which citty also makes the help. */
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { argsOf, bad, type Words } from './argument-values.ts'
import { readLogFormat, readLogLevel } from './log-format.ts'
import { createMistakes, type Mistakes } from './mistakes.ts'

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
  /** Bounds of an integer. Default: from 0. */
  readonly least?: number
  readonly most?: number
  /** Reads what was given of it, and throws XserveError for what is wrong: that is told together with all else. */
  check?(args: Args): unknown
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

/** What was given. It has been checked; where not, getters throw XserveError BAD_ARGUMENT. */
export interface Args {
  positional(index: number): string | undefined
  /** As they were given; for commands with `rest`. */
  readonly rest: readonly string[]
  has(name: string): boolean
  flag(name: string): boolean | undefined
  text(name: string): string | undefined
  texts(name: string): readonly string[]
  integer(name: string): number | undefined
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
    check: readLogLevel,
  },
  {
    name: 'log-format',
    type: 'text',
    value: 'FORMAT',
    summary: 'text or json, an object a line',
    preset: 'XSERVE_LOG_FORMAT, else text',
    check: readLogFormat,
  },
]

type Table = ReadonlyMap<string, { readonly option: Option; readonly negative: boolean }>

function isValue(token: string | undefined): token is string {
  return token !== undefined && (!token.startsWith('-') || token === '-' || /^-\d/.test(token))
}

/** Throws XserveError UNKNOWN_OPTION, BAD_ARGUMENT, with all that is wrong. */
export function parseArguments(command: CommandDefinition, tokens: readonly string[]): Args {
  const options = [...command.options, ...COMMON_OPTIONS]
  const table: Table = new Map(options.flatMap(spellingsOf))
  const mistakes = createMistakes(`xserve ${command.name} --help`)
  const { places, ...words } = splitWords(command, table, tokens, mistakes)
  const args = argsOf(words, (name) => table.get(name)?.option)
  for (const option of options) {
    const place = places.get(option.name)
    if (place !== undefined) mistakes.collect(place, () => checkValue(option, args))
  }
  mistakes.settle()
  return args
}

function spellingsOf(option: Option): (readonly [string, { option: Option; negative: boolean }])[] {
  const names = [option.name, ...(option.also ?? [])].map((name) => [name, { option, negative: false }] as const)
  return option.negatable ? [...names, [`no-${option.name}`, { option, negative: true }]] : names
}

function checkValue(option: Option, args: Args): void {
  if (option.type === 'integer') args.integer(option.name)
  if (option.type === 'object') args.object(option.name)
  option.check?.(args)
}

interface Placed extends Words {
  /** Which word an option that has a value was first. */
  readonly places: ReadonlyMap<string, number>
}

/** Each word to whom it belongs. */
function splitWords(command: CommandDefinition, table: Table, tokens: readonly string[], mistakes: Mistakes): Placed {
  const values = new Map<string, string[]>()
  const places = new Map<string, number>()
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
      const isExtra = positionals.length > command.positionals.length
      if (isExtra) mistakes.add(i, bad(`unexpected argument ${JSON.stringify(token)}`))
      continue
    }
    // Probes that Jina writes have an option and its value in one word.
    const [, name = '', inline] = /^--?([^=\s]*)(?:[=\s]([\s\S]*))?$/.exec(token) ?? []
    const found = table.get(name) ?? table.get(name.replaceAll('_', '-'))
    if (!found) {
      const guess = nearest(name, [...table.keys()])
      mistakes.add(i, unknownOption(token, guess))
      // What was to be its value is not held for a file.
      const isFlag = guess !== undefined && table.get(guess)!.option.type === 'flag'
      if (inline === undefined && !isFlag && isValue(tokens[i + 1])) i++
      continue
    }
    const { option, negative } = found
    const at = i
    const given: string[] = []
    if (option.type === 'flag') mistakes.collect(at, () => given.push(flagValue(option, negative, inline)))
    else if (inline !== undefined) given.push(inline)
    else {
      given.push(...valuesBehind(at, option, table, tokens))
      if (given.length === 0) {
        mistakes.add(at, bad(`--${option.name} needs a value`, `write --${option.name}=${option.value ?? 'VALUE'}`))
        continue
      }
      i += given.length
    }
    const before = values.get(option.name)
    if (before && !option.many && option.type !== 'object') mistakes.add(at, bad(`--${option.name} is given twice`))
    if (given.length === 0) continue
    values.set(option.name, [...(before ?? []), ...given])
    if (!before) places.set(option.name, at)
  }
  return { values, positionals, rest, places }
}

/** The words behind an option that are its values; empty: there is none. */
function valuesBehind(at: number, option: Option, table: Table, tokens: readonly string[]): string[] {
  const first = tokens[at + 1]
  if (first === undefined) return []
  const [name = ''] = first.replace(/^--?/, '').split('=')
  // Outside of dashes anything is a value; behind them only what cannot be meant as an option.
  if (!isValue(first) && table.has(name)) return []
  const found = [first]
  const next = (): string | undefined => tokens[at + 1 + found.length]
  while (option.words?.test(next() ?? '')) found.push(next()!)
  if (option.type === 'object') while (isPair(next())) found.push(next()!)
  return found
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

function unknownOption(token: string, guess: string | undefined): XserveError {
  const hint = guess && `did you mean --${guess}?`
  return new XserveError('UNKNOWN_OPTION', `unknown option ${token.split('=')[0]}`, { hint })
}
