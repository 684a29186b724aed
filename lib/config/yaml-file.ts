/** A YAML file as values with their places, so that whatever is wrong can be pointed at. */
import { readFileSync } from 'node:fs'
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { XserveError } from '../errors.ts'

export type Path = readonly (string | number)[]

export interface YamlFile {
  /** Absolute. */
  readonly file: string
  readonly value: unknown
  /** `file:line:column` of what stands at a path, or of what is around it where there is nothing. */
  where(path: Path): string
  /** An error at a place: `file:line:column path: message`. */
  fault(path: Path, message: string, hint?: string): XserveError
}

/** Aliases may be as many as a person writes: more are an attack. */
const MOST_ALIASES = 100

/** Throws XserveError FILE_NOT_FOUND, BAD_CONFIG with the place of what is no YAML. */
export function readYaml(file: string): YamlFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new XserveError('FILE_NOT_FOUND', `${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  return parseYaml(text, file)
}

/** `file` is for messages. Throws XserveError BAD_CONFIG. */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  // Jina's tags (`!Flow`) are of no consequence: the keys tell.
  const document = parseDocument(text, { merge: true, lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
  const [error] = document.errors
  if (error) throw new XserveError('BAD_CONFIG', `${placeOf(error.pos[0])} ${error.message}`)
  const where = (path: Path): string => placeOf(offsetOf(document, path))
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch (thrown) {
    throw new XserveError('BAD_CONFIG', `${file}: ${thrown instanceof Error ? thrown.message : thrown}`)
  }
  return {
    file,
    value,
    where,
    fault(path, message, hint) {
      const place = path.reduce<string>(
        (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
        '',
      )
      return new XserveError('BAD_CONFIG', `${where(path)} ${place === '' ? '' : `${place}: `}${message}`, {
        ...(hint === undefined ? {} : { hint }),
      })
    },
  }
}

/** Of the key of a member, of an item itself. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const last = path[length - 1]!
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => (isNode(key) ? (key as { value?: unknown }).value : key) === last)
      const key = pair?.key
      if (isNode(key) && key.range) return key.range[0]
    }
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}
