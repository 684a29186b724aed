/** Documents as JSON objects: Jina's names of the fields (snake_case), only those that are set (Jina facts §2.2). */

import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { isObject } from '../objects.ts'
import { MAX_DEPTH, tooDeep } from './depth.ts'
import type { Document } from './document.ts'
import type { DocumentArray } from './document-array.ts'
import type { DocumentInit } from './document-init.ts'
import { withExtras } from './extras.ts'
import { FIELDS, fieldNamed, type Kind } from './field-names.ts'
import { readBytes, readLists, readText, readTextOrNumber, wrong } from './json-values.ts'
import type { NamedScore, Scores } from './scores.ts'

/** What to do with names that no field has: Jina's HTTP gateway passes over them (recorded), files of documents must not. With `ignore`, a number is taken for a text of its digits, too, as that gateway does. */
export type UnknownFields = 'refuse' | 'ignore'

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
      return unknown === 'ignore' ? readTextOrNumber(value, path) : readText(value, path)
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
      return readBytes(value, path)
    case 'documents':
      return documentsFromJson(value, path, depth + 1, unknown)
    case 'scores':
      return scoresFromJson(value, path)
    case 'tensor':
      return readLists(value, path)
  }
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
    score[property] = readText(text, `${path}.${name}`)
  }
  return score
}

function unknownField(path: string, key: string): XserveError {
  const names = FIELDS.map(([name]) => name)
  const close = nearest(key, names)
  return new XserveError('BAD_DOCUMENT', `${path} is no field of a document`, {
    where: path,
    hint: close ? `did you mean ${close}?` : `fields: ${names.join(', ')}; anything else goes into tags`,
  })
}
