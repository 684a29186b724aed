/** Regular expressions by RE2's rules: no backtracking, hence no looking around and no references back. */
import { RE2JS } from 're2js'

/** So many names of one pattern are remembered: a Flow has no more as a rule. */
const MOST_NAMES = 1000

/** Matched from the start; a text says why there is none of the kind. */
export function compileLinear(pattern: string): { test(name: string): boolean } | string {
  let expression: ReturnType<typeof RE2JS.compile>
  try {
    expression = RE2JS.compile(pattern.replaceAll(/\\[\s\S]/g, (one) => (one === '\\Z' ? '\\z' : one)))
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '')
  }
  const known = new Map<string, boolean>()
  return {
    test(name) {
      let meets = known.get(name)
      if (meets === undefined) {
        meets = expression.matcher(name).lookingAt()
        if (known.size >= MOST_NAMES) known.clear()
        known.set(name, meets)
      }
      return meets
    },
  }
}
