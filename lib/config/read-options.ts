/** Keys and values as options of the table: unknown ones are told, values are checked, names are those of the table. */
import { nearest } from '../nearest.ts'
import { type Given, membersOf } from './given.ts'
import { readValue } from './option-value.ts'
import type { Problems } from './problems.ts'
import type { ConfigOption, Scope } from './table/option.ts'
import { findOption, namesOf } from './table/options.ts'

export interface OptionValue {
  readonly option: ConfigOption
  readonly value: unknown
  readonly at: Given
}

/** By the name of the table. Values that are wrong are left out. */
export type Options = ReadonlyMap<string, OptionValue>

const OWNER = { executor: 'an executor', gateway: 'a Flow' } as const

export interface OtherNames {
  /** Where a key stands that is called otherwise there; null: under its own name. */
  placeOf(key: string): Given | null
  /** Further keys that may be meant. */
  readonly known: readonly string[]
}

export function readOptions(scope: Scope, given: Given, problems: Problems, other?: OtherNames): Options {
  const options = new Map<string, OptionValue>()
  for (const [key, member] of membersOf(given)) {
    const place = other?.placeOf(key) ?? null
    const at = place === null ? member : { ...place, value: member.value }
    const option = findOption(scope, key)
    if (option === undefined) {
      const guess = nearest(key, [...(other?.known ?? []), ...namesOf(scope)])
      problems.add(at, `${OWNER[scope]} has no option ${key}`, guess && `did you mean ${guess}?`)
      continue
    }
    warnOf(option, at, problems)
    const before = options.get(option.name)
    if (before) problems.add(at, `${key} and ${before.at.path.at(-1)} are the same option`, 'leave one out')
    const value = readValue(option, at, problems)
    if (value !== undefined) options.set(option.name, { option, value, at })
  }
  return options
}

/** Once for each option, however many say it. */
function warnOf({ name, kind, note }: ConfigOption, at: Given, problems: Problems): void {
  const message =
    kind === 'later'
      ? `${name} is accepted, and comes into force with a later version`
      : kind === 'none'
        ? `${name} is accepted and has no effect: ${note}`
        : kind === 'export' && note !== undefined
          ? `${name} is for containers alone: ${note}`
          : null
  if (message !== null && !problems.warnings.some((one) => one.message === message)) problems.warn(at, message)
}

/** What `over` says goes before `own`, objects key by key. */
export function mergeOptions(own: Options, over: Options): Options {
  const out = new Map(own)
  for (const [name, value] of over) {
    const below = own.get(name)
    out.set(
      name,
      below && isMerged(value)
        ? { ...value, value: { ...(below.value as object), ...(value.value as object) } }
        : value,
    )
  }
  return out
}

const isMerged = ({ option, value }: OptionValue): boolean =>
  ['object', 'map', 'batching'].includes(option.type) && typeof value === 'object'
