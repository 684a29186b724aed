/**
 * What `doc.fields` of a new document keeps beside its properties: fields that DocumentProto has no place for, and what was said
 * by name of those that it has, where the property cannot tell it: an empty value, one of another kind, a name of two.
 */
import { isPlainObject } from '../objects.ts'
import { propertyNamed } from './field-names.ts'
import { plainValue } from './plain-value.ts'

export type Extras = Readonly<Record<string, unknown>>

/** In the place of a value: the property was set under this name, `bytes_` rather than `blob`. */
export const NAMED_SO: unknown = Object.freeze({})

/** What a document of the first dialect is as well without. */
export function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.length === 0
  return isPlainObject(value) ? Object.keys(value).length === 0 : isArrayOfDocuments(value) && value.length === 0
}

/** By its look, since arrays of documents stand above. */
export const isArrayOfDocuments = (value: object): value is { readonly length: number } => 'writeDocuments' in value

/** Where a document stands has a property, and no place in the second dialect but by name. */
export const PLACE_FIELDS: ReadonlySet<string> = new Set(['parentId', 'granularity', 'adjacency'])

/** Tags of the first dialect with the fields that the message has no place for. */
export function withExtras(tags: Record<string, unknown>, extras: Extras | undefined): Record<string, unknown> {
  if (extras === undefined) return tags
  const rest = Object.entries(extras).filter(([name, value]) => value !== NAMED_SO && !isTold(name, value))
  return rest.length === 0 ? tags : { ...tags, ...(plainValue(Object.fromEntries(rest)) as Record<string, unknown>) }
}

/** Whether the properties of the document say the same. */
function isTold(name: string, value: unknown): boolean {
  const property = propertyNamed(name)
  return property !== undefined && (isUnset(value) || PLACE_FIELDS.has(property))
}
