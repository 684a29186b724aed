/** A YAML file as values with their places, so that whatever is wrong can be pointed at. */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parse,
  parseDocument,
  stringify,
  visit,
  type YAMLError,
} from 'yaml'
import { losesDigits } from '../document/lost-digits.ts'
import { type Problem, XserveError } from '../errors.ts'
import { isObject } from '../objects.ts'
import { isModuleName, isYamlName } from './file-names.ts'
import { type Given, pathText, type Path as ValuePath } from './given.ts'
import { errorOf } from './problems.ts'
import { whatIsThere, whyUnreadable } from './unreadable.ts'

/** Aliases may be as many as a person writes: more are an attack. */
const MOST_ALIASES = 100

/** Throws XserveError FILE_NOT_FOUND, BAD_CONFIG with the places of all that is no YAML. */
export function readYaml(file: string): Given {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const why = whyUnreadable(file, error)
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const hint = isMissing ? whatIsThere(path.resolve(file), isYamlName, 'YAML files') : undefined
    const problem = { file, line: null, column: null, path: '', message: `cannot be read: ${why}`, hint }
    throw new XserveError('FILE_NOT_FOUND', `${file} cannot be read: ${why}`, { problems: [problem], hint })
  }
  const text = textOf(bytes)
  const isModule = isModuleName(file)
  const fault = isModule
    ? { message: 'this is a module, no YAML', hint: `xserve run ${path.basename(file)} serves it` }
    : { message: 'this is no text: YAML is text in UTF-8' }
  if (isModule || text === null || text.includes('\0'))
    throw errorOf('BAD_CONFIG', [{ file, line: null, column: null, path: '', ...fault }])
  return parseYaml(text, file)
}

/** null: it is no UTF-8. Another encoding would come through with other letters than were written. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** `file` is for messages. A tag in front of the whole (`!Flow`) is its `jtype`. Throws XserveError BAD_CONFIG. */
export function parseYaml(text: string, file: string): Given {
  const lines = new LineCounter()
  // What the text means is told by us, nothing on stderr: warnings are looked at below.
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const tag = document.contents?.tag
  const rootTag = isMap(document.contents) && typeof tag === 'string' && /^!\w/.test(tag) ? tag.slice(1) : null
  const start = rootTag === null ? -1 : text.indexOf(`!${rootTag}`)
  const problemAt = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: '', message }
  }
  const faults = [
    ...document.errors,
    ...document.warnings.filter(({ code, pos }) => code === 'TAG_RESOLVE_FAILED' && pos[0] !== start),
  ]
  const problems = faults.map((one) => problemAt(one.pos[0], explain(one, text, lines)))
  visit(document, {
    Alias(_, alias, way) {
      const target = alias.resolve(document)
      if (target === undefined || !way.includes(target)) return
      const message = `*${alias.source} stands within &${alias.source} itself, which would have no end`
      problems.push(problemAt(alias.range?.[0] ?? 0, message))
    },
    Scalar(_, { source = '', value, range }) {
      if (typeof value !== 'number' || !/^[-+]?\d+$/.test(source) || !losesDigits(source.replace('+', ''), value))
        return
      const message = `${source} has more digits than a number holds, and would be read as ${value}`
      problems.push({ ...problemAt(range?.[0] ?? 0, message), hint: `write it as a text: "${source}"` })
    },
  })
  if (problems.length > 0) throw errorOf('BAD_CONFIG', problems)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw errorOf('BAD_CONFIG', [problemAt(offsetOfAlias(why, text), why)])
  }
  if (value === null || value === undefined) {
    throw errorOf('BAD_CONFIG', [{ file, line: null, column: null, path: '', message: 'the file is empty' }])
  }
  if (rootTag !== null && isObject(value) && !Object.hasOwn(value, 'jtype')) value = { jtype: rootTag, ...value }
  return {
    value,
    path: [],
    source: {
      file,
      placeOf(path) {
        const { line, col } = lines.linePos(offsetOf(document, path))
        return { line: Math.max(1, line), column: Math.max(1, col) }
      },
      textOf: pathText,
      writtenAt(path) {
        const node = document.getIn(path, true)
        return isScalar(node) && typeof node.value === 'number' ? node.source : undefined
      },
      isBare(path) {
        const node = document.getIn(path, true)
        return isScalar(node) && node.type === 'PLAIN'
      },
      rawAt: (path) =>
        path.reduce<unknown>((at, part) => (at as Record<string | number, unknown> | null)?.[part], value),
    },
  }
}

/** As text that reads as the same values here, by YAML 1.2, and by the readers of YAML 1.1 that Python has. */
export function writeYaml(value: unknown): string {
  const style = { lineWidth: 120, aliasDuplicateObjects: false } as const
  // Words that only one of the two takes for a number or a truth value are quoted; 0o17 is one of 1.2 alone.
  const text = stringify(value, { ...style, version: '1.1' })
  return readsAs(text, value) ? text : stringify(value, { ...style, defaultStringType: 'QUOTE_DOUBLE' })
}

/** Whether our own reader takes it for the value: a bare `<<` would be a merge. */
function readsAs(text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(text, { merge: true }), value)
  } catch {
    return false
  }
}

/** Names what is meant, where the reader of YAML does not. */
function explain({ code, message, pos }: YAMLError, text: string, lines: LineCounter): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^:\n]*/.exec(text.slice(pos[0]))![0].trim()
    const { line, col } = lines.linePos(pos[0])
    // The other one stands in the same column, perhaps behind the dash of its list.
    const before = text.split('\n').slice(0, line - 1)
    const first = before.findLastIndex(
      (one) => one.slice(col - 1).startsWith(`${key}:`) && /^[\s-]*$/.test(one.slice(0, col - 1)),
    )
    const where = first === -1 ? '' : `, first on line ${first + 1}`
    return `${key} is there twice${where}, again on line ${line}`
  }
  if (code === 'MULTIPLE_DOCS') return 'the file holds several documents, and one is read: --- begins another'
  if (code === 'TAG_RESOLVE_FAILED')
    return `${message.replace(/^Unresolved tag: (?:tag:yaml\.org,2002:)?/, 'the tag ')} means nothing here`
  return message
}

/** `Unresolved alias (…): name`: the place of `*name`. */
function offsetOfAlias(message: string, text: string): number {
  const name = /alias .*: (\S+)$/.exec(message)?.[1]
  return name === undefined ? 0 : Math.max(0, text.indexOf(`*${name}`))
}

function offsetOf(document: Document, path: ValuePath): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const last = path[length - 1]!
    if (isMap(parent)) {
      const pair = parent.items.find(
        ({ key }) => String(isNode(key) ? (key as { value?: unknown }).value : key) === last,
      )
      const key = pair?.key
      if (isNode(key) && key.range) return key.range[0]
    }
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}
