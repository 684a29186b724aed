/** A value of the table's options, checked and in its type, as YAML, programs and the command line write it. */

import { nearest } from '../nearest.ts'
import { isObject } from '../objects.ts'
import { type Given, itemsOf, type Json, memberOf, membersOf } from './given.ts'
import type { Problems } from './problems.ts'
import type { ConfigOption, OptionType } from './table/option.ts'

/** How documents of several callers are collected for one call. */
export interface BatchingValue {
  readonly preferredBatchSize: number
  /** Milliseconds; left out: the default. */
  readonly timeout?: number
  readonly flushAll?: boolean
}

/** undefined: there is none, or a problem was added. */
type Reader = (option: ConfigOption, at: Given, problems: Problems) => unknown

const MOST_PORT = 65_535

/** Messages call the option as it is called where it stands. */
export function readValue(option: ConfigOption, at: Given, problems: Problems): unknown {
  const key = at.path.at(-1)
  const name = typeof key === 'string' ? key : option.name
  return READERS[option.type]({ ...option, name }, at, problems)
}

/** A value for messages. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)

/** What other readers of YAML, and people, take for one. */
const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'off'].map((word) => [word, false] as const),
])

function readFlag({ name }: ConfigOption, at: Given, problems: Problems): boolean | undefined {
  if (typeof at.value === 'boolean') return at.value
  const word = typeof at.value === 'string' ? FLAG_WORDS.get(at.value.toLowerCase()) : undefined
  problems.add(
    at,
    `${name} is true or false, not ${shown(at.value)}`,
    word === undefined ? undefined : `did you mean ${word}? In YAML 1.2 ${shown(at.value)} is a text`,
  )
  return undefined
}

function readText({ name, choices }: ConfigOption, at: Given, problems: Problems): string | undefined {
  const { value } = at
  if (typeof value !== 'string' && typeof value !== 'number') {
    problems.add(at, `${name} is a text, not ${shown(value)}`)
    return undefined
  }
  const text = String(value)
  if (choices === undefined) return text
  const word = choices.find((one) => one.toLowerCase() === text.toLowerCase())
  if (word === undefined) {
    const guess = nearest(text, choices)
    const list = choices.join(', ')
    problems.add(at, `${name} cannot be ${shown(value)}`, guess ? `did you mean ${guess}?` : `one of ${list}`)
  }
  return word
}

/** A whole number, also as text: variables and quotes make one of it. */
export function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value)) return undefined
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined
}

function readInteger(option: ConfigOption, at: Given, problems: Problems): number | undefined {
  const { name, least = 0, most } = option
  const number = wholeNumber(at.value)
  if (number === undefined) {
    problems.add(at, `${name} must be a whole number, not ${shown(at.value)}`)
  } else if (number < least || (most !== undefined && number > most)) {
    const range = most === undefined ? `at least ${least}` : `from ${least} to ${most}`
    problems.add(at, `${name} must be ${range}, not ${number}`)
  } else return number
  return undefined
}

function readTexts({ name }: ConfigOption, at: Given, problems: Problems): readonly string[] | undefined {
  const items = Array.isArray(at.value) ? itemsOf(at) : [at]
  const wrong = items.filter(({ value }) => !isScalar(value))
  for (const one of wrong) problems.add(one, `${name} is a list of texts, not ${shown(one.value)}`)
  return wrong.length > 0 ? undefined : items.map(({ value }) => String(value))
}

/** An object, or JSON text of one. */
function objectOf({ name }: ConfigOption, at: Given, problems: Problems): Json | undefined {
  let { value } = at
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value)
    } catch {
      problems.add(at, `${name} holds keys and values, and ${shown(value)} is no JSON`)
      return undefined
    }
  }
  if (isObject(value)) return value
  problems.add(at, `${name} holds keys and values, not ${shown(value)}`)
  return undefined
}

function readMap(option: ConfigOption, at: Given, problems: Problems): Readonly<Record<string, string>> | undefined {
  const value = objectOf(option, at, problems)
  if (value === undefined) return undefined
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined)
  const wrong = entries.filter(([, one]) => !isScalar(one))
  for (const [key, one] of wrong)
    problems.add(memberOf(at, key), `${option.name}: ${key} is a text or a number, not ${shown(one)}`)
  if (wrong.length > 0) return undefined
  // A version 1.10 is no 1.1: what becomes a text is the text that was written, unless it is a variable's value.
  const textOf = (key: string, one: unknown): string => {
    const written = typeof one === 'number' ? at.source.writtenAt?.([...at.path, key]) : undefined
    return written === undefined || Number(written) !== one ? String(one) : written
  }
  const texts = entries.map(([key, one]) => [key, textOf(key, one)] as const)
  const bad = texts.flatMap(([key, text]) => {
    const why = option.badEntry?.(key, text) ?? null
    return why === null ? [] : [[key, why] as const]
  })
  for (const [key, why] of bad) problems.add(memberOf(at, key), `${option.name}: ${JSON.stringify(key)} ${why}`)
  return bad.length > 0 ? undefined : Object.fromEntries(texts)
}

/** Numbers, texts with commas, lists of both. */
function readPorts({ name }: ConfigOption, at: Given, problems: Problems): readonly number[] | undefined {
  const ports: number[] = []
  let isFine = true
  for (const item of Array.isArray(at.value) ? itemsOf(at) : [at]) {
    for (const word of typeof item.value === 'string' ? item.value.split(/\s*,\s*|\s+/) : [item.value]) {
      const port = wholeNumber(word)
      const isPort = port !== undefined && port >= 0 && port <= MOST_PORT
      if (isPort) ports.push(port)
      else problems.add(item, `${name} must be a whole number from 0 to ${MOST_PORT}, not ${shown(word)}`)
      isFine &&= isPort
    }
  }
  return isFine ? ports : undefined
}

function readPolling(option: ConfigOption, at: Given, problems: Problems): unknown {
  const word = (one: Given, value: unknown): 'any' | 'all' | undefined => {
    const text = typeof value === 'string' ? value.toLowerCase() : ''
    if (text === 'any' || text === 'all') return text
    problems.add(one, `${option.name} is any or all, not ${shown(value)}`)
    return undefined
  }
  if (typeof at.value === 'string' && !at.value.trimStart().startsWith('{')) return word(at, at.value)
  const table = objectOf(option, at, problems)
  if (table === undefined) return undefined
  const entries = Object.entries(table).map(([endpoint, value]) => [endpoint, word(memberOf(at, endpoint), value)])
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries)
}

/** Only its shape: what it says is checked where the graph is made. */
function readCondition(option: ConfigOption, at: Given, problems: Problems): Json | undefined {
  const isJson = typeof at.value === 'string' && at.value.trimStart().startsWith('{')
  if (isObject(at.value) || isJson) return objectOf(option, at, problems)
  problems.add(at, `${option.name} is a condition such as {tags__n: {$lt: 5}}, not ${shown(at.value)}`)
  return undefined
}

const BATCHING_KEYS: Readonly<Record<string, 'preferredBatchSize' | 'timeout' | 'flushAll'>> = {
  preferred_batch_size: 'preferredBatchSize',
  preferredBatchSize: 'preferredBatchSize',
  timeout: 'timeout',
  flush_all: 'flushAll',
  flushAll: 'flushAll',
}
const BATCHING_OPTIONS = {
  preferredBatchSize: { name: 'preferred_batch_size', type: 'integer', least: 1 },
  timeout: { name: 'timeout', type: 'integer', least: 0 },
  flushAll: { name: 'flush_all', type: 'flag' },
} as const

function readBatching(option: ConfigOption, at: Given, problems: Problems): unknown {
  const value = objectOf(option, at, problems)
  if (value === undefined) return undefined
  const before = problems.found.length
  const entries = membersOf({ ...at, value }).map(([endpoint, item]) => [
    endpoint,
    oneBatching(endpoint, item, problems),
  ])
  return problems.found.length > before ? undefined : Object.fromEntries(entries)
}

function oneBatching(endpoint: string, at: Given, problems: Problems): BatchingValue | undefined {
  if (!isObject(at.value)) {
    problems.add(at, `batching of ${endpoint} is an object such as {preferred_batch_size: 32}, not ${shown(at.value)}`)
    return undefined
  }
  const out: Record<string, unknown> = {}
  for (const [key, item] of membersOf(at)) {
    const known = Object.hasOwn(BATCHING_KEYS, key) ? BATCHING_KEYS[key] : undefined
    if (known) out[known] = readValue({ scopes: [], summary: '', ...BATCHING_OPTIONS[known] }, item, problems)
    else {
      const guess = nearest(key, Object.keys(BATCHING_KEYS))
      problems.add(item, `batching has no ${key}`, guess ? `did you mean ${guess}?` : undefined)
    }
  }
  if (!('preferredBatchSize' in out)) problems.add(at, `batching of ${endpoint} has no preferred_batch_size`)
  return out as unknown as BatchingValue
}

const READERS: Readonly<Record<OptionType, Reader>> = {
  flag: readFlag,
  text: readText,
  integer: readInteger,
  texts: readTexts,
  object: objectOf,
  map: readMap,
  ports: readPorts,
  // Words and hosts have rules of their own where they are used.
  protocols: readTexts,
  hosts: readTexts,
  polling: readPolling,
  condition: readCondition,
  batching: readBatching,
  uses: (_option, { value }) => value,
  any: (_option, { value }) => value,
}
