/** Options of commands out of the one table of options, and what was given of them as a configuration. */
import { fromCommandLine, memberOf } from '../config/given.ts'
import { readValue } from '../config/option-value.ts'
import { createProblems } from '../config/problems.ts'
import type { ConfigOption, OptionType, Scope } from '../config/table/option.ts'
import { findOption, inCamelCase, optionsOf } from '../config/table/options.ts'
import type { Args, OptionType as ArgumentType, Option } from './arguments.ts'

const TYPES: Readonly<Record<OptionType, ArgumentType>> = {
  flag: 'flag',
  text: 'text',
  integer: 'integer',
  texts: 'text',
  object: 'object',
  map: 'object',
  ports: 'text',
  protocols: 'text',
  hosts: 'text',
  polling: 'text',
  condition: 'object',
  batching: 'object',
  uses: 'text',
  any: 'text',
}
const MANY: ReadonlySet<OptionType> = new Set(['texts', 'object', 'map', 'ports', 'protocols'])
/** What may follow the first word, and is not taken for a file. */
const WORDS: Readonly<Record<string, RegExp | undefined>> = {
  ports: /^\d+$/,
  protocols: /^(?:grpc|http|websocket)$/i,
  exit_on_exceptions: /^[A-Z]\w*$/,
  py_modules: /\.py$/,
  peer_ports: /^\d+$/,
}
/** They make sense only beside other executors of a Flow. */
export const OF_FLOW: ReadonlySet<string> = new Set([
  'needs',
  'method',
  'when',
  'external',
  'tls',
  'grpc_metadata',
  'floating',
])

/** In this order. Names are those of the table. */
export function fromTable(scope: Scope, names: readonly string[]): Option[] {
  return names.map((name) => asOption(findOption(scope, name)!))
}

/** All that the table has for the scope, without help: whoever moves from Jina need not change a command line. */
export function acceptedOf(scope: Scope): Option[] {
  return optionsOf(scope).map((option) => ({ ...asOption(option), hidden: true }))
}

const dashed = (name: string): string => name.replaceAll('_', '-')

function asOption(option: ConfigOption): Option {
  const { name, type, summary, also = [], preset, presetNote, least, most, cli = {} } = option
  const own = cli.name ?? dashed(name)
  const words = WORDS[name] ?? WORDS[type]
  const spellings = [...(cli.negated ? [] : [name]), ...also]
    .map(dashed)
    .concat(cli.also ?? [])
    .filter((one) => one !== own)
  const told = presetNote ?? (typeof preset === 'string' || typeof preset === 'number' ? String(preset) : undefined)
  const isList = Array.isArray(preset) && preset.length > 0
  return {
    name: own,
    type: TYPES[type],
    summary,
    ...(type === 'flag' ? {} : { value: cli.value ?? 'VALUE' }),
    ...(spellings.length > 0 ? { also: spellings } : {}),
    ...(MANY.has(type) ? { many: true } : {}),
    ...(words === undefined ? {} : { words }),
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
    ...(TYPES[type] === 'flag' || TYPES[type] === 'integer' ? {} : { check: (args) => checkValue(args, option) }),
    ...(cli.negated || cli.negatable ? { negatable: true } : {}),
    ...(told !== undefined ? { preset: told } : isList ? { preset: preset.join(',') } : {}),
  }
}

/** What was given of the scope's options, under their names in programs. Throws XserveError BAD_ARGUMENT. */
export function readGiven(args: Args, scope: Scope, without: ReadonlySet<string>): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const option of optionsOf(scope)) {
    if (without.has(option.name)) continue
    const value = args.has(asOption(option).name) ? givenValue(args, option) : undefined
    if (value !== undefined) given[inCamelCase(option.name)] = value
  }
  return given
}

/** What one executor alone is not told. */
export const NOT_ALONE: ReadonlySet<string> = new Set([...OF_FLOW, 'uses', 'protocol', 'port', 'host', 'quiet'])

function givenValue(args: Args, option: ConfigOption): unknown {
  const { name } = asOption(option)
  switch (TYPES[option.type]) {
    case 'flag':
      return option.cli?.negated ? args.flag(name) === false : args.flag(name)
    case 'integer':
      return args.integer(name)
    case 'object':
      return args.object(name)
    default:
      return MANY.has(option.type) ? args.texts(name).flatMap(words) : args.text(name)
  }
}

/** By the rules of the table. Throws XserveError BAD_ARGUMENT. */
function checkValue(args: Args, option: ConfigOption): void {
  const key = inCamelCase(option.name)
  const problems = createProblems()
  readValue(option, memberOf(fromCommandLine({ [key]: givenValue(args, option) }), key), problems)
  problems.settle('BAD_ARGUMENT')
}

/** Those of the names that were given, as they are written there. */
export function givenOf(args: Args, scope: Scope, names: ReadonlySet<string>): readonly string[] {
  const own = optionsOf(scope).filter(({ name }) => names.has(name))
  return own.map((option) => asOption(option).name).filter((name) => args.has(name))
}

/** With commas, with blanks, or a JSON list. */
function words(text: string): string[] {
  if (text.trim().startsWith('[')) {
    try {
      return (JSON.parse(text) as unknown[]).map(String)
    } catch {
      // Not one after all: `[::1]:54321` is an address.
    }
  }
  return text.split(/[\s,]+/).filter((word) => word !== '')
}
