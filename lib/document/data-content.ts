/** DataContentProto, field `data` of a request, to documents and back (Jina facts §1.2, §1.9). */
import { XserveError } from '../errors.ts'
import { malformed, Reader } from '../protobuf/reader.ts'
import { encodeWith } from '../protobuf/reverse-writer.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { DocumentArray, FIRST } from './document-array.ts'
import { scanDocuments } from './scan-documents.ts'
import { detectDialect } from './v2/detect.ts'
import { SECOND } from './v2/dialect.ts'

/** Format versions of docarray's stream form: the dialect of its documents. */
const STREAM_VERSIONS: Readonly<Record<number, Dialect>> = { 1: FIRST, 2: SECOND }

const DIALECTS: Readonly<Record<DialectName, Dialect>> = { v1: FIRST, v2: SECOND }

/**
 * The documents, lazily: only their places are looked up. They are of the dialect that the first says; where none says any,
 * of `hint`, which is what the caller is known to speak. Throws XserveError BAD_REQUEST, PICKLE_REFUSED.
 */
export function decodeData(bytes: Uint8Array, hint?: DialectName): DocumentArray {
  const bounds: number[] = []
  const packed = scanData(bytes, bounds)
  return packed === null ? viewOf(bytes, bounds, hint) : decodePacked(packed, hint)
}

/**
 * Start and end of each document, for who reads bytes and needs no documents; null when they are not those of the first
 * dialect, one behind the other. Throws XserveError BAD_REQUEST.
 */
export function findFirstDialect(bytes: Uint8Array): readonly number[] | null {
  const bounds: number[] = []
  return scanData(bytes, bounds) === null && dialectAt(bytes, bounds) !== 'v2' ? bounds : null
}

/** Puts the places of the documents into `bounds`, or returns the packed ones, whichever come last. */
function scanData(bytes: Uint8Array, bounds: number[]): Uint8Array | null {
  const reader = new Reader(bytes)
  let packed: Uint8Array | null = null
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) {
      const length = reader.length()
      scanDocuments(bytes, reader.at, reader.at + length, bounds)
      reader.at += length
      packed = null
    } else if (tag === 0x12) {
      packed = reader.content()
      bounds.length = 0
    } else reader.skip(tag)
  }
  return packed
}

function dialectAt(bytes: Uint8Array, bounds: readonly number[]): DialectName | undefined {
  let name: DialectName | undefined
  for (let i = 0; i < bounds.length && name === undefined; i += 2) {
    name = detectDialect(bytes, bounds[i]!, bounds[i + 1]!)
  }
  return name
}

function viewOf(bytes: Uint8Array, bounds: number[], hint: DialectName | undefined): DocumentArray {
  const name = dialectAt(bytes, bounds) ?? hint ?? (bounds.length > 0 ? 'v1' : undefined)
  return DocumentArray.view(bytes, bounds, name === undefined ? null : DIALECTS[name])
}

/** The dialect of the first document that tells; undefined: there is none. What cannot be read is told when it is read. */
export function dialectOfData(bytes: Uint8Array): DialectName | undefined {
  // The tag and the length of an empty list.
  if (bytes.length <= 2 || bytes[0] !== 0x0a) return undefined
  try {
    const list = new Reader(bytes)
    list.tag()
    const end = list.length() + list.at
    for (const documents = new Reader(bytes, list.at, end); !documents.done; ) {
      const tag = documents.tag()
      if (tag !== 0x0a) return undefined
      const length = documents.length()
      const told = detectDialect(bytes, documents.at, documents.at + length)
      if (told !== undefined) return told
      documents.at += length
    }
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
  }
  return undefined
}

/** `docs_bytes`: what docarray's to_bytes makes. A pickle is a program, so it is never read. */
function decodePacked(bytes: Uint8Array, hint: DialectName | undefined): DocumentArray {
  if (bytes[0] === 0x80 && bytes[1] !== undefined && bytes[1] >= 2 && bytes[1] <= 5) {
    throw new XserveError(
      'PICKLE_REFUSED',
      'docs_bytes holds a Python pickle, which can run any code and is not read',
      {
        hint: "send the field docs, or bytes made with protocol='protobuf-array'",
      },
    )
  }
  const bounds: number[] = []
  const version = STREAM_VERSIONS[bytes[0] ?? 0]
  if (version) scanStream(bytes, bounds)
  else scanDocuments(bytes, 0, bytes.length, bounds)
  const documents = version ? DocumentArray.view(bytes, bounds, version) : viewOf(bytes, bounds, hint)
  return new DocumentArray(documents).like(documents)
}

/** Version byte, u64 count, then each document with its u32 length; big endian. */
function scanStream(bytes: Uint8Array, bounds: number[]): void {
  if (bytes.length < 9) throw malformed('docs_bytes ends within its head')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getBigUint64(1)
  let at = 9
  for (let i = 0n; i < count; i++) {
    if (bytes.length - at < 4) throw malformed('docs_bytes ends within a length')
    const length = view.getUint32(at)
    at += 4
    if (length > bytes.length - at) throw malformed('a document of docs_bytes is longer than what is left')
    bounds.push(at, at + length)
    at += length
  }
}

/**
 * DataContentProto bytes, the field `docs` always there, in the dialect that is told, else the one that the documents came
 * in, else the first. Throws XserveError BAD_DOCUMENT naming a value that has no place on the wire.
 */
export function encodeData(documents: DocumentArray, dialect?: DialectName): Uint8Array {
  return encodeWith((writer) => {
    documents.writeDocuments(writer, 1, dialect && DIALECTS[dialect])
    writer.close(1, 0)
  })
}

/** DocumentArrayProto bytes, or DocListProto, as encodeData decides. */
export function encodeDocuments(documents: DocumentArray, dialect?: DialectName): Uint8Array {
  return encodeWith((writer) => documents.writeDocuments(writer, 1, dialect && DIALECTS[dialect]))
}

/** DocumentArrayProto or DocListProto bytes to documents, lazily. */
export function decodeDocuments(bytes: Uint8Array, hint?: DialectName): DocumentArray {
  const bounds: number[] = []
  scanDocuments(bytes, 0, bytes.length, bounds)
  return viewOf(bytes, bounds, hint)
}

/** Whether the documents are those of these DataContentProto bytes, in order, none touched: then the bytes say it all. */
export function isUntouched(documents: DocumentArray, bytes: Uint8Array): boolean {
  return documents.source === bytes && documents.isUntouched
}
