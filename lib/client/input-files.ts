/** What `--input` names: files, patterns of files, stdin; each file read when its turn comes, as its kind wants it. */
import { statSync } from 'node:fs'
import { Document } from '../document/document.ts'
import { guessMimeType } from '../document/mime.ts'
import { XserveError } from '../errors.ts'
import { type DocumentsFile, openDocumentsFile } from './documents-file.ts'

/** A pattern may stand for none or for many; a name that is there is itself, whatever characters it has. Throws XserveError FILE_NOT_FOUND, BAD_ARGUMENT. */
export function openInputFiles(names: readonly string[]): DocumentsFile {
  const files = names.flatMap(expand).map(openFile)
  const sizes = files.map((file) => file.size)
  async function* documents(): AsyncGenerator<Document, void, undefined> {
    for (const file of files) yield* file.documents
  }
  return {
    size: sizes.some((size) => size === null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    bytesRead: () => files.reduce((sum, file) => sum + file.bytesRead(), 0),
    documents: documents(),
  }
}

const MAGIC = /[*?[\]{}]/

/** Files in the order of their names; hidden ones only where the pattern names them. */
function expand(name: string): string[] {
  if (name === '-' || !MAGIC.test(name) || statOf(name)) return [name]
  // From the folder that has no pattern in it: nothing outside of it is searched.
  const parts = name.split('/')
  const first = parts.findIndex((part) => MAGIC.test(part))
  const folder = parts.slice(0, first).join('/')
  const from = folder === '' ? (name.startsWith('/') ? '/' : '.') : folder
  const pattern = parts.slice(first).join('/')
  const found = statOf(from)?.isDirectory() ? [...new Bun.Glob(pattern).scanSync({ cwd: from, onlyFiles: true })] : []
  if (found.length === 0) throw new XserveError('FILE_NOT_FOUND', `--input ${name} matches no file`, { where: name })
  const prefix = first === 0 ? '' : `${folder}/`
  return found.sort().map((file) => `${prefix}${file}`)
}

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false })

const DOCUMENTS = /\.(?:jsonl|ndjson|json)$/i
const SUFFIX = /\.[A-Za-z0-9]+$/

/** JSON and what has no suffix (pipes among them) hold documents; any other file is one. */
function openFile(path: string): DocumentsFile {
  const holdsDocuments = path === '-' || DOCUMENTS.test(path) || !SUFFIX.test(path.split('/').at(-1)!)
  const stat = holdsDocuments ? null : statOf(path)
  // Folders and what is not there are told by the other reader, too.
  if (!stat?.isFile()) return openDocumentsFile(path)
  let taken = 0
  async function* document(): AsyncGenerator<Document, void, undefined> {
    const bytes = await Bun.file(path).bytes()
    taken = bytes.length
    yield toDocument(path, bytes)
  }
  return { size: stat.size, bytesRead: () => taken, documents: document() }
}

/** Text where the suffix says text and the bytes are some, else a blob. */
function toDocument(path: string, bytes: Uint8Array): Document {
  const mimeType = guessMimeType(path)
  const text = mimeType.startsWith('text/') ? textOf(bytes) : null
  const content = text === null ? { blob: bytes } : { text }
  return new Document({ ...content, uri: path, ...(mimeType === '' ? {} : { mimeType }) })
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
