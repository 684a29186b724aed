/** References within a JSON schema: JSON pointers behind `#` (RFC 6901). */
import type { JsonSchema } from './endpoint-schema.ts'

/** What `#`, `#/$defs/X` or `#/definitions/X` names; undefined: it leads nowhere, or out of the schema. */
export function targetOf(reference: string, root: JsonSchema): unknown {
  const [start, ...parts] = reference.split('/')
  let at: unknown = start === '#' ? root : undefined
  for (const part of parts) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as JsonSchema)[key] : undefined
  }
  return at
}
