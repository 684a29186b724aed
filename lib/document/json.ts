/** Documents as JSON objects: Jina's names of the fields (snake_case), only those that are set (Jina facts §2.2). */
import { XserveError } from '../errors.ts'
import { MAX_DEPTH, tooDeep } from './depth.ts'
import type { Document } from './document.ts'
import type { DocumentArray } from './document-array.ts'
import type { DocumentInit } from './document-init.ts'
import { withExtras } from './extras.ts'
import { FIELDS, fieldNamed, type Kind } from './field-names.ts'
import type { NamedScore, Scores } from './scores.ts'
import type { NestedNumbers } from './tensor.ts'

/** What to do with names that no field has: Jina's HTTP gateway passes over them (recorded), files of documents must not. With `ignore`, a number is taken for a text of its digits, too, as that gateway does. */
export type UnknownFields = 'refuse' | 'ignore'

/** numpy's limit. */
const MAX_AXES = 64

/** A JSON value with the fields that are set; blobs in base64, tensors as nested lists. */
export function documentToJson(document: Document, depth = 0): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw tooDeep()
  const out: Record<string, unknown> = {}
  for (const [name, property, kind] of FIELDS) {
    const { [property as keyof Document]: given } = document
    const value: unknown = property === 'tags' ? withExtras(document.tags, document.extras) : given
    if (value === undefined || value === 0 || value === '') continue
    if (kind === 'blob') {
      const { buffer, byteOffset, byteLength } = value as Uint8Array
      out[name] = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
    } else if (kind === 'documents') {
      if ((value as DocumentArray).length > 0)
        out[name] = (value as DocumentArray).map((child) => documentToJson(child, depth + 1))
    } else if (kind === 'scores') {
      if (Object.keys(value as Scores).length > 0) out[name] = scoresToJson(value as Scores)
    } else if (kind === 'tensor') out[name] = (value as { toJSON(): unknown }).toJSON()
    else if (typeof value !== 'object' || Object.keys(value as object).length > 0) out[name] = value
  }
  return out
}

function scoresToJson(scores: Scores): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scores).map(([key, { value, opName = '', description = '', refId = '' }]) => [
      key,
      { value, op_name: opName, description, ref_id: refId },
    ]),
  )
}

/**
 * What a document is made of, from a JSON object: names in snake_case or camelCase; null is as absent; a string is a document with that text.
 * Throws XserveError BAD_DOCUMENT with the path of what is wrong; `path` is where the value stands.
 */
export function documentFromJson(
  value: unknown,
  path = '',
  depth = 0,
  unknown: UnknownFields = 'refuse',
): DocumentInit {
  if (depth > MAX_DEPTH) throw tooDeep()
  if (typeof value === 'string') return { text: value }
  if (!isObject(value)) throw wrong(path, 'a document (an object or a text)', value)
  const init: DocumentInit = {}
  for (const key in value) {
    const item = value[key]
    const at = path === '' ? key : `${path}.${key}`
    const field = fieldNamed(key)
    if (!field) {
      if (unknown === 'ignore') continue
      throw unknownField(at, key)
    }
    if (item !== null && item !== undefined)
      (init as Record<string, unknown>)[field[1]] = fromJson(item, field[2], at, depth, unknown)
  }
  return init
}

/** Throws XserveError BAD_DOCUMENT with the path of what is wrong. */
export function documentsFromJson(
  value: unknown,
  path = '',
  depth = 0,
  unknown: UnknownFields = 'refuse',
): DocumentInit[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list of documents', value)
  return value.map((item, index) => documentFromJson(item, `${path}[${index}]`, depth, unknown))
}

function fromJson(value: unknown, kind: Kind, path: string, depth: number, unknown: UnknownFields): unknown {
  switch (kind) {
    case 'text':
      // Jina's gateway takes a number for its digits: `{"id": 1}` is what people write.
      if (typeof value === 'number' && unknown === 'ignore') return String(value)
      if (typeof value !== 'string') throw wrong(path, 'a text', value)
      return value
    case 'number':
      if (typeof value !== 'number') throw wrong(path, 'a number', value)
      return value
    case 'numbers':
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'number'))
        throw wrong(path, 'a list of numbers', value)
      return value
    case 'object':
      if (!isObject(value)) throw wrong(path, 'an object', value)
      return value
    case 'blob':
      if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(value))
        throw wrong(path, 'base64 text', value)
      return new Uint8Array(Buffer.from(value, 'base64'))
    case 'documents':
      return documentsFromJson(value, path, depth + 1, unknown)
    case 'scores':
      return scoresFromJson(value, path)
    case 'tensor':
      return tensorFromJson(value, path)
  }
}

function tensorFromJson(value: unknown, path: string): NestedNumbers {
  if (!Array.isArray(value) && typeof value !== 'number') throw wrong(path, 'nested lists of numbers', value)
  let axes = 0
  for (let level: unknown = value; Array.isArray(level); level = level[0]) axes++
  if (axes > MAX_AXES) throw new XserveError('BAD_DOCUMENT', `${path} has more than ${MAX_AXES} axes`, { where: path })
  return value as NestedNumbers
}

function scoresFromJson(value: unknown, path: string): Scores {
  if (!isObject(value)) throw wrong(path, 'an object of scores', value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, scoreFromJson(item, `${path}.${key}`)]))
}

function scoreFromJson(item: unknown, path: string): NamedScore {
  if (typeof item === 'number') return { value: item }
  if (!isObject(item)) throw wrong(path, 'a score (a number or an object with value)', item)
  const { value = 0 } = item
  if (typeof value !== 'number') throw wrong(`${path}.value`, 'a number', value)
  const score: NamedScore = { value }
  for (const [name, property] of [
    ['op_name', 'opName'],
    ['description', 'description'],
    ['ref_id', 'refId'],
  ] as const) {
    const text = item[name] ?? item[property]
    if (text === undefined || text === null) continue
    if (typeof text !== 'string') throw wrong(`${path}.${name}`, 'a text', text)
    score[property] = text
  }
  return score
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(path: string, expected: string, value: unknown): XserveError {
  const kind =
    value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : typeof value
  return new XserveError(
    'BAD_DOCUMENT',
    `${path === '' ? 'it' : path} must be ${expected}, not ${kind}`,
    path === '' ? {} : { where: path },
  )
}

function unknownField(path: string, key: string): XserveError {
  const close = FIELDS.find(([name]) => isNear(key, name))
  return new XserveError('BAD_DOCUMENT', `${path} is no field of a document`, {
    where: path,
    hint: close
      ? `did you mean ${close[0]}?`
      : `fields: ${FIELDS.map(([name]) => name).join(', ')}; anything else goes into tags`,
  })
}

/** Letters left out, put in or in another order. */
function isNear(key: string, name: string): boolean {
  const letters = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '')
  const [a, b] = [letters(key), letters(name)]
  if (a.length < 2 || Math.abs(a.length - b.length) > b.length / 2) return false
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  let found = 0
  for (const letter of long) if (letter === short[found]) found++
  return found === short.length || [...a].sort().join('') === [...b].sort().join('')
}
