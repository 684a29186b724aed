/**
 * The grammar of `when`: conditions on documents in DocArray's filter language (Jina facts §5.4), read once into a tree.
 * Evaluated by the topology; unknown fields are allowed, since documents of docarray's second dialect have fields of their own.
 */

import { XserveError } from '../errors.ts'
import { isObject } from '../objects.ts'

/** What is looked at: a field of the document, then keys into it. `tags__a__b` is tags → a → b. */
export interface FieldPath {
  readonly field: string
  readonly keys: readonly string[]
}

/** What it is compared with: a value, or another field of the same document (`{tags__limit}`). */
export type Operand =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'field'; readonly path: FieldPath }

export type Comparison = '$eq' | '$neq' | '$lt' | '$lte' | '$gt' | '$gte' | '$in' | '$nin' | '$size'

export type Condition =
  /** All of them; none of them to fulfil is fulfilled. */
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  /** One of them at least. */
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly path: FieldPath; readonly operator: Comparison; readonly operand: Operand }
  /** Found anywhere in a text. */
  | { readonly kind: 'regex'; readonly path: FieldPath; readonly pattern: RegExp }
  /** Whether there is something: null is nothing; of a whole field also an empty text, no documents, no tags. */
  | { readonly kind: 'exists'; readonly path: FieldPath; readonly wanted: boolean }

const COMPARISONS: readonly string[] = ['$eq', '$neq', '$lt', '$lte', '$gt', '$gte', '$in', '$nin', '$size']
const OPERATORS: readonly string[] = [...COMPARISONS, '$regex', '$exists']

function refused(why: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', `when: ${why}`, { hint })
}

/** Throws XserveError BAD_ARGUMENT naming the operator or field that is wrong. */
export function parseCondition(when: Readonly<Record<string, unknown>>): Condition {
  return allOf(Object.entries(when).map(([key, value]) => parseEntry(key, value)))
}

function allOf(of: readonly Condition[]): Condition {
  return of.length === 1 ? of[0]! : { kind: 'all', of }
}

function parseEntry(key: string, value: unknown): Condition {
  if (key === '$and') return allOf(parseList(key, value))
  if (key === '$or') return { kind: 'any', of: parseList(key, value) }
  if (key === '$not') return { kind: 'not', of: allOf(parseList(key, value)) }
  if (key.startsWith('$')) throw refused(`${key} joins no conditions`, 'there are $and, $or and $not')
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw refused(`${key} needs an operator and a value, not ${JSON.stringify(value)}`, `${key}: {$eq: 1}, for example`)
  }
  const path = parsePath(key)
  return allOf(Object.entries(value).map(([operator, operand]) => parseOperator(path, operator, operand)))
}

/** A list of conditions, or one object whose entries are the conditions. */
function parseList(key: string, value: unknown): Condition[] {
  if (isObject(value)) return Object.entries(value).map(([name, part]) => parseEntry(name, part))
  if (Array.isArray(value) && value.every(isObject)) return value.map(parseCondition)
  throw refused(`${key} takes a list of conditions, not ${JSON.stringify(value)}`)
}

function parsePath(text: string): FieldPath {
  const [field = '', ...keys] = text.split('__')
  return { field, keys }
}

function parseOperator(path: FieldPath, operator: string, operand: unknown): Condition {
  if (operator === '$exists') {
    if (typeof operand !== 'boolean') throw refused(`$exists is true or false, not ${JSON.stringify(operand)}`)
    return { kind: 'exists', path, wanted: operand }
  }
  if (operator === '$regex') return { kind: 'regex', path, pattern: parsePattern(operand) }
  if (!COMPARISONS.includes(operator)) {
    throw refused(`the operator ${operator} is unknown`, `there are ${OPERATORS.join(', ')}`)
  }
  const isList = operator === '$in' || operator === '$nin'
  const parsed = parseOperand(operand)
  if (isList && parsed.kind === 'value' && !Array.isArray(parsed.value)) {
    throw refused(`${operator} takes a list, not ${JSON.stringify(operand)}`)
  }
  return { kind: 'compare', path, operator: operator as Comparison, operand: parsed }
}

/** Python writes flags for the whole pattern in front of it. */
const FLAGS = /^\(\?([ims]+)\)/

function parsePattern(operand: unknown): RegExp {
  if (typeof operand !== 'string') throw refused(`$regex takes a text, not ${JSON.stringify(operand)}`)
  const flags = FLAGS.exec(operand)
  const source = operand.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<')
  try {
    return new RegExp(source, [...new Set(flags?.[1])].join(''))
  } catch (error) {
    throw refused(`$regex ${JSON.stringify(operand)} is no regular expression: ${(error as Error).message}`)
  }
}

/** `{name}` stands for a field of the document. */
function parseOperand(operand: unknown): Operand {
  if (typeof operand !== 'string' || !operand.startsWith('{')) return { kind: 'value', value: operand }
  const inner = /^\{([^{}]*)\}$/.exec(operand)?.[1]
  if (inner === undefined)
    throw refused(`${JSON.stringify(operand)} names no field`, 'one name in braces: {tags__limit}')
  return inner.trim() === inner && inner !== ''
    ? { kind: 'field', path: parsePath(inner) }
    : { kind: 'value', value: operand }
}
