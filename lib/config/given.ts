/** A value of a configuration together with its place, wherever it was written: whatever is wrong with it can be pointed at. */
import { isObject } from '../objects.ts'

export type Path = readonly (string | number)[]

/** Where a configuration was written: a YAML file, a program, the command line. */
export interface Source {
  /** Absolute; null: no file. */
  readonly file: string | null
  /** Of the key of a member, of an item itself, or of what is around it where there is nothing; null: nothing has a place. */
  placeOf(path: Path): { readonly line: number; readonly column: number } | null
  /** A path as its reader knows it. */
  textOf(path: Path): string
  /** What was written there before variables were replaced. */
  rawAt(path: Path): unknown
  /** A number as it is written there, `1.10`; undefined where it is none, or written nowhere. */
  writtenAt?(path: Path): string | undefined
  /** Whether a text stands there without quotes. Default: it does not. */
  isBare?(path: Path): boolean
}

export interface Given {
  readonly value: unknown
  readonly path: Path
  readonly source: Source
}

export type Json = Readonly<Record<string, unknown>>

/** Of an object or a list; its value is undefined where there is none. */
export function memberOf({ value, path, source }: Given, key: string | number): Given {
  const holder = value as Readonly<Record<string | number, unknown>> | null | undefined
  const has = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
  return { value: has ? holder[key] : undefined, path: [...path, key], source }
}

/** Of an object; what is null counts as left out. */
export function membersOf(given: Given): [key: string, member: Given][] {
  if (!isObject(given.value)) return []
  return Object.entries(given.value)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key]) => [key, memberOf(given, key)])
}

/** Of a list. */
export function itemsOf(given: Given): Given[] {
  return Array.isArray(given.value) ? given.value.map((_, index) => memberOf(given, index)) : []
}

/** `executors[0].uses`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )
}

const NOWHERE = { file: null, placeOf: () => null, rawAt: () => undefined } as const

/** Options as a command was given them. */
export const COMMAND_LINE: Source = {
  ...NOWHERE,
  textOf: ([name, ...rest]) =>
    name === undefined ? '' : [`--${String(name).replace(/[A-Z]/g, (a) => `-${a.toLowerCase()}`)}`, ...rest].join('.'),
}

/** A configuration of plain objects, as programs write it. */
export function fromProgram(value: unknown): Given {
  return { value, path: [], source: { ...NOWHERE, textOf: pathText } }
}

/** Options as a command was given them, by their names in programs. */
export function fromCommandLine(value: unknown): Given {
  return { value, path: [], source: COMMAND_LINE }
}
