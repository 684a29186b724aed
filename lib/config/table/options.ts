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

/** Of whoever opens the port. */
const OF_SERVER: ReadonlySet<string> = new Set(['port', 'host', 'grpc_server_options', 'quiet', 'quiet_error'])

/** Whether what is said of one executor and the gateway in front of it, all in one, is for the gateway. */
export function isOfFront(key: string): boolean {
  const [executor, gateway] = [findOption('executor', key), findOption('gateway', key)]
  if (gateway === undefined) return false
  return executor?.kind === 'none' || executor === undefined || OF_SERVER.has(gateway.name)
}

/** Those that a Flow has for its gateway, when it is its only executor that is spoken of. */
const OF_EXECUTOR: ReadonlySet<string> = new Set(['uses_with', 'py_modules', 'reload', 'restart'])

/** Whether what is said of a Flow of one executor is for that, not for the whole Flow. */
export function isOfExecutor(key: string): boolean {
  const [executor, gateway] = [findOption('executor', key), findOption('gateway', key)]
  if (executor === undefined || executor.kind === 'none') return false
  return gateway === undefined || gateway.kind === 'none' || OF_EXECUTOR.has(executor.name)
}

export function inSnakeCase(key: string): string {
  return key.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function inCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
