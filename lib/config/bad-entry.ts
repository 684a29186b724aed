/** What no process takes: names of variables that cannot be, values that are not the ones another process would get. */
import { isObject } from '../objects.ts'
import { type Given, memberOf } from './given.ts'
import type { Problems } from './problems.ts'

/** What is wrong with a variable of an environment, to follow its name; null: nothing. */
export function badVariable(name: string, value: string): string | null {
  if (name === '' || /[=\0]/.test(name)) return 'cannot name a variable of an environment'
  return value.includes('\0') ? 'has a NUL in its value, which ends a text there' : null
}

/**
 * Adds a problem for each value that would reach another process as something else, since JSON has nothing of its kind:
 * functions, maps, NaN. What says itself how it is written (`toJSON`: dates, URLs) and what is undefined is left alone.
 */
export function checkPlain(at: Given, problems: Problems, around = new Set<unknown>()): void {
  const { value } = at
  if (around.has(value)) problems.add(at, 'it holds itself, which would have no end')
  else if (Array.isArray(value) || (isObject(value) && isPlain(value))) {
    around.add(value)
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value))
      checkPlain(memberOf(at, key), problems, around)
    around.delete(value)
  } else if (kindOf(value) !== null) {
    problems.add(
      at,
      `${kindOf(value)} does not reach the executor, which is another process`,
      'texts, finite numbers, true, false, null, lists and objects do',
    )
  }
}

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value))

/** null: JSON has it. */
function kindOf(value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? null : String(value)
    case 'bigint':
    case 'function':
    case 'symbol':
      return `a ${typeof value}`
    case 'object':
      if (
        value === null ||
        (typeof (value as { toJSON?: unknown }).toJSON === 'function' && !ArrayBuffer.isView(value))
      )
        return null
      return `an instance of ${value.constructor?.name || 'a class'}`
    default:
      return null
  }
}
