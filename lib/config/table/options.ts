/** The table of options, whole: found by scope and by any of their names. */
import { CARRIED_TABLE } from './carried.ts'
import { EXECUTOR_TABLE, ITEM_TABLE } from './executor.ts'
import { GATEWAY_TABLE, SHARED_TABLE } from './gateway.ts'
import type { ConfigOption, Scope } from './option.ts'

export const OPTIONS: readonly ConfigOption[] = [
  ...SHARED_TABLE,
  ...EXECUTOR_TABLE,
  ...ITEM_TABLE,
  ...GATEWAY_TABLE,
  ...CARRIED_TABLE,
]

const tables = new Map<Scope, ReadonlyMap<string, ConfigOption>>()

/** By each of its names. */
function tableOf(scope: Scope): ReadonlyMap<string, ConfigOption> {
  let table = tables.get(scope)
  if (!table) {
    const own = OPTIONS.filter(({ scopes }) => scopes.includes(scope))
    table = new Map(own.flatMap((one) => [one.name, ...(one.also ?? [])].map((name) => [name, one] as const)))
    tables.set(scope, table)
  }
  return table
}

/** In snake_case, with dashes, or in camelCase. */
export function findOption(scope: Scope, key: string): ConfigOption | undefined {
  return tableOf(scope).get(inSnakeCase(key))
}

/** All that may be written there. */
export function optionsOf(scope: Scope): readonly ConfigOption[] {
  return [...new Set(tableOf(scope).values())]
}

/** Names for "did you mean": of what works before what does not. */
export function namesOf(scope: Scope): readonly string[] {
  return optionsOf(scope)
    .toSorted((a, b) => Number((a.kind ?? 'have') !== 'have') - Number((b.kind ?? 'have') !== 'have'))
    .map(({ name }) => name)
}

export function inSnakeCase(key: string): string {
  return key.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function inCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
