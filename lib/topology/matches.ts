/** Whether a document fulfils a condition. What cannot be compared does not match, where Jina fails the whole request. */
import type { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import type { Condition, FieldPath, Operand } from '../plan/condition.ts'

export function matches(condition: Condition, document: Document): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((one) => matches(one, document))
    case 'any':
      return condition.of.some((one) => matches(one, document))
    case 'not':
      return !matches(condition.of, document)
    case 'exists':
      return isThere(read(document, condition.path), condition.path) === condition.wanted
    case 'regex': {
      const value = read(document, condition.path)
      return typeof value === 'string' && condition.pattern.test(value)
    }
    case 'compare':
      return compare(read(document, condition.path), condition.operator, operandOf(document, condition.operand))
  }
}

/** Fields of the first dialect that read as another name, or as something else when they are absent. */
const FIELDS: Readonly<Record<string, (document: Document) => unknown>> = {
  id: (document) => document.id,
  text: (document) => document.text ?? '',
  uri: (document) => document.uri ?? '',
  modality: (document) => document.modality ?? '',
  mime_type: (document) => document.mimeType ?? '',
  parent_id: (document) => document.parentId ?? '',
  weight: (document) => document.weight,
  offset: (document) => document.offset,
  location: (document) => document.location,
  granularity: (document) => document.granularity,
  adjacency: (document) => document.adjacency,
  tags: (document) => document.tags,
  blob: (document) => document.blob,
  tensor: (document) => document.tensor,
  embedding: (document) => document.embedding,
  chunks: (document) => document.chunks,
  matches: (document) => document.matches,
  scores: (document) => document.scores,
  evaluations: (document) => document.evaluations,
}

function read(document: Document, path: FieldPath): unknown {
  const { field, keys } = path
  let value = Object.hasOwn(FIELDS, field) ? FIELDS[field]!(document) : document.fields[field]
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value
}

function operandOf(document: Document, operand: Operand): unknown {
  return operand.kind === 'value' ? operand.value : read(document, operand.path)
}

/** Within a field any value but null is something, an empty text, too. */
function isThere(value: unknown, path: FieldPath): boolean {
  if (value === undefined || value === null) return false
  if (path.keys.length > 0) return true
  if (value === '') return false
  if (value instanceof DocumentArray || Array.isArray(value)) return value.length > 0
  return path.field !== 'tags' || Object.keys(value).length > 0
}

function compare(value: unknown, operator: string, other: unknown): boolean {
  switch (operator) {
    case '$eq':
      return isEqual(value, other)
    case '$neq':
      return !isEqual(value, other)
    case '$in':
      return Array.isArray(other) && other.some((one) => isEqual(value, one))
    case '$nin':
      return Array.isArray(other) && !other.some((one) => isEqual(value, one))
    case '$size':
      return sizeOf(value) === other
    default:
      return isOrdered(value, operator, other)
  }
}

/** An absent value is null. */
function isEqual(left: unknown, right: unknown): boolean {
  return left === right || Bun.deepEquals(left ?? null, right ?? null, true)
}

/** A text has as many as it has characters, not as many as JavaScript needs to keep them. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return [...value].length
  if (Array.isArray(value) || value instanceof DocumentArray || value instanceof Uint8Array) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined
}

function isOrdered(left: unknown, operator: string, right: unknown): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') || (typeof left === 'string' && typeof right === 'string')
  if (!comparable) return false
  if (operator === '$lt') return left < right
  if (operator === '$lte') return left <= right
  return operator === '$gt' ? left > right : left >= right
}
