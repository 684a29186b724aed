/** Parameters as one executor sees them: its own specific ones renamed, those of others gone (Jina facts §1.5). */
import { RESULTS } from '../wire/results.ts'

const SEPARATOR = '__'

/**
 * `name__key` reaches only the executor of that name, as `key`. An object under that name is merged over the rest, and over it
 * one under the executor's own `metas.name`: the one is what Jina's gateway does, the other what its executor does. Results of earlier executors stay under `__results__` when there are any.
 */
export function parametersFor(
  all: Readonly<Record<string, unknown>>,
  name: string,
  metasName: string,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const specific: Record<string, unknown> = {}
  const own = name + SEPARATOR
  for (const [key, value] of Object.entries(all)) {
    if (key === RESULTS) {
      if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) out[key] = value
      continue
    }
    if (!isSpecific(key)) put(out, key, value)
    else if (key.startsWith(own)) put(specific, key.slice(own.length), value)
  }
  for (const [key, value] of Object.entries(specific)) put(out, key, value)
  merge(out, all, name)
  if (metasName !== name) merge(out, all, metasName)
  return out
}

/** What stands in the object of this name, over what is there. */
function merge(into: Record<string, unknown>, all: Readonly<Record<string, unknown>>, name: string): void {
  const merged = Object.hasOwn(all, name) ? all[name] : undefined
  if (typeof merged !== 'object' || merged === null || Array.isArray(merged)) return
  for (const [key, value] of Object.entries(merged)) put(into, key, value)
}

/** `__results__` and its like, with the separator in front or behind, are for everybody. */
function isSpecific(key: string): boolean {
  return key.includes(SEPARATOR) && !key.startsWith(SEPARATOR) && !key.endsWith(SEPARATOR)
}

/** Assignment would run the setter of `__proto__`. */
function put(into: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true })
}
