/** Which dialect a JSON request is written in: Jina's gateways of either have other members and other documents (Jina facts §2.2, §2.3). */

import type { DialectName } from '../../document/dialect.ts'
import { propertyOf } from '../../document/field-names.ts'
import { isObject } from '../../objects.ts'

const isUnknownToFirst = (name: string): boolean => propertyOf(name) === undefined

/**
 * `usual`: what is meant where nothing tells. A list under `docs` and members in camelCase are the first dialect's; one
 * document in place of a list, and documents with fields that the first has not, are the second's.
 */
export function dialectOfJson(value: unknown, usual: DialectName): DialectName {
  if (!isObject(value)) return usual
  const { data } = value
  if ('execEndpoint' in value || 'targetExecutor' in value) return 'v1'
  if (isObject(data)) return 'docs' in data && Object.keys(data).length === 1 ? 'v1' : 'v2'
  if (usual === 'v2' || !Array.isArray(data)) return usual
  return data.some((document) => isObject(document) && Object.keys(document).some(isUnknownToFirst)) ? 'v2' : 'v1'
}
