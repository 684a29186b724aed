/** The fields of a document of docarray's first dialect by their names in JSON, and what the second calls otherwise. */
import type { DocumentInit } from './document-init.ts'

/** What a value is in JSON. */
export type Kind = 'text' | 'number' | 'blob' | 'tensor' | 'object' | 'numbers' | 'documents' | 'scores'

/** In the order of writing: name in JSON, name of the property, what the value is. */
export const FIELDS: readonly (readonly [string, keyof DocumentInit, Kind])[] = [
  ['id', 'id', 'text'],
  ['parent_id', 'parentId', 'text'],
  ['granularity', 'granularity', 'number'],
  ['adjacency', 'adjacency', 'number'],
  ['blob', 'blob', 'blob'],
  ['tensor', 'tensor', 'tensor'],
  ['mime_type', 'mimeType', 'text'],
  ['text', 'text', 'text'],
  ['weight', 'weight', 'number'],
  ['uri', 'uri', 'text'],
  ['tags', 'tags', 'object'],
  ['offset', 'offset', 'number'],
  ['location', 'location', 'numbers'],
  ['embedding', 'embedding', 'tensor'],
  ['modality', 'modality', 'text'],
  ['evaluations', 'evaluations', 'scores'],
  ['scores', 'scores', 'scores'],
  ['chunks', 'chunks', 'documents'],
  ['matches', 'matches', 'documents'],
]

const BY_NAME = new Map(FIELDS.flatMap((field) => [[field[0], field] as const, [field[1], field] as const]))

/** The row of FIELDS that has this name, in either spelling. */
export const fieldNamed = (name: string): (typeof FIELDS)[number] | undefined => BY_NAME.get(name)

/** The property of a document that has this name in JSON; undefined when none has. */
export function propertyOf(name: string): keyof DocumentInit | undefined {
  return BY_NAME.get(name)?.[1]
}

/** Names of docarray's second dialect for what the first calls otherwise. */
const ALSO: Readonly<Record<string, keyof DocumentInit>> = { url: 'uri', bytes_: 'blob' }

/** The same for `doc.fields`, which has the names of both dialects. */
export function propertyNamed(name: string): keyof DocumentInit | undefined {
  return propertyOf(name) ?? (Object.hasOwn(ALSO, name) ? ALSO[name] : undefined)
}
