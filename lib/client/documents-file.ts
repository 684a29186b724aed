/** Documents from a file or from stdin, read as a stream: JSON lines, or one JSON value (a list of documents, or one). */

import { statSync } from 'node:fs'
import { whyUnreadable } from '../config/unreadable.ts'
import { Document } from '../document/document.ts'
import { parseKeepingFloats } from '../document/float-lists.ts'
import { documentFromJson } from '../document/json.ts'
import { findJsonError } from '../document/json-position.ts'
import { asXserveError, XserveError } from '../errors.ts'
import { elements, type JsonText, lines } from './json-texts.ts'

export interface DocumentsFile {
  /** Documents, one at a time. Throws XserveError BAD_DOCUMENT at `file:line:column`. */
  readonly documents: AsyncIterable<Document>
  /** Bytes in all; null for what has no size, such as a pipe. */
  readonly size: number | null
  /** Bytes taken so far. */
  readonly bytesRead: () => number
}

/** `path` may be `-` for stdin. What does not end in .jsonl or .ndjson counts as a list when it begins with `[`. Throws XserveError FILE_NOT_FOUND. */
export function openDocumentsFile(path: string): DocumentsFile {
  const isStdin = path === '-'
  const size = isStdin ? null : sizeOf(path)
  const name = isStdin ? 'stdin' : path
  let taken = 0
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of (isStdin ? Bun.stdin : Bun.file(path)).stream()) {
      taken += chunk.length
      yield chunk
    }
  }
  const byLines = /\.(?:jsonl|ndjson)$/i.test(path)
  return {
    size,
    bytesRead: () => taken,
    documents: readDocuments(name, chunks(), byLines ? 'lines' : /\.json$/i.test(path) ? 'value' : 'unknown'),
  }
}

async function* readDocuments(
  name: string,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  form: 'lines' | 'value' | 'unknown',
): AsyncGenerator<Document, void, undefined> {
  const parse = createParser(name)
  const start = form === 'lines' ? { all: chunks, isList: false } : await peek(chunks)
  const texts = form === 'value' || start.isList ? elements(start.all) : lines(start.all)
  for await (const text of texts) yield parse(text)
}

/** The first byte that is not space tells a list from lines. */
async function* prepend(
  first: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* first
  yield* rest
}

async function peek(chunks: AsyncGenerator<Uint8Array, void, undefined>) {
  const seen: Uint8Array[] = []
  for (;;) {
    const next = await chunks.next()
    if (next.done) return { all: prepend(seen, chunks), isList: false }
    seen.push(next.value.slice())
    const [, first] = /^[\s\uFEFF]*(\S)/.exec(Buffer.from(next.value).toString('utf8', 0, 4096)) ?? []
    if (first !== undefined) return { all: prepend(seen, chunks), isList: first === '[' }
  }
}

function createParser(name: string): (text: JsonText) => Document {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return ({ bytes, line, column, isStray }) => {
    if (isStray)
      throw wrong(
        `${name}:${line}:${column}`,
        'the list has ended before',
        'a file holds one list, or one document a line',
        null,
      )
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch (cause) {
      throw wrong(`${name}:${line}:${column}`, 'it is not UTF-8', 'save it as UTF-8', cause)
    }
    let value: unknown
    try {
      value = parseKeepingFloats(text)
    } catch (cause) {
      throw notJson(name, text, { line, column }, cause)
    }
    try {
      return new Document(documentFromJson(value))
    } catch (cause) {
      const { message, details } = asXserveError(cause)
      throw wrong(`${name}:${line}:${column}`, message, details.hint, cause)
    }
  }
}

function notJson(name: string, text: string, start: { line: number; column: number }, cause: unknown): XserveError {
  const offset = findJsonError(text)
  const before = text.slice(0, offset).split('\n')
  const last = before.at(-1)!.length
  const place =
    before.length === 1 ? `${start.line}:${start.column + last}` : `${start.line + before.length - 1}:${last + 1}`
  const found = [...text.slice(offset, offset + 2)][0]
  const what =
    found === undefined || found === '\n'
      ? 'the JSON ends too soon'
      : `${JSON.stringify(found)} cannot stand here: no valid JSON`
  const hint =
    'in JSON lines each line is one document: {"text": "…"}; a list of documents goes into a file that ends in .json'
  return wrong(`${name}:${place}`, what, hint, cause)
}

function wrong(where: string, message: string, hint: string | undefined, cause: unknown): XserveError {
  return new XserveError('BAD_DOCUMENT', `${where}: ${message}`, {
    where,
    cause,
    hint,
  })
}

function sizeOf(path: string): number | null {
  let stat: ReturnType<typeof statSync>
  try {
    stat = statSync(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (stat.isDirectory()) throw new XserveError('BAD_ARGUMENT', `--input ${path} is a folder`, { where: path })
  return stat.isFile() ? stat.size : null
}

const HINT = 'name a file that is there, or - for stdin; --text sends a text'

function unreadable(path: string, cause: unknown): XserveError {
  const why = whyUnreadable(path, cause)
  return new XserveError('FILE_NOT_FOUND', `--input ${path} cannot be read: ${why}`, { where: path, hint: HINT, cause })
}
