/** DataContentProto, field `data` of a request, to documents and back (Jina facts §1.2, §1.9). */
import { XserveError } from '../errors.ts'
import { malformed, Reader } from '../protobuf/reader.ts'
import { encodeWith } from '../protobuf/reverse-writer.ts'
import { DocumentArray, scanDocuments } from './document-array.ts'

/** Format version of docarray's stream form. */
const STREAM_VERSION = 1

/** The documents, lazily: only their places are looked up. Throws XserveError BAD_REQUEST, PICKLE_REFUSED. */
export function decodeData(bytes: Uint8Array): DocumentArray {
  const reader = new Reader(bytes)
  const bounds: number[] = []
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
  return packed === null ? DocumentArray.view(bytes, bounds) : decodePacked(packed)
}

/** `docs_bytes`: what docarray's to_bytes makes. A pickle is a program, so it is never read. */
function decodePacked(bytes: Uint8Array): DocumentArray {
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
  if (bytes[0] === STREAM_VERSION) scanStream(bytes, bounds)
  else scanDocuments(bytes, 0, bytes.length, bounds)
  const documents = DocumentArray.view(bytes, bounds)
  return new DocumentArray(documents)
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

/** DataContentProto bytes, the field `docs` always there. Throws XserveError BAD_DOCUMENT naming a value that has no place on the wire. */
export function encodeData(documents: DocumentArray): Uint8Array {
  return encodeWith((writer) => {
    documents.writeDocuments(writer, 1)
    writer.close(1, 0)
  })
}

/** DocumentArrayProto bytes. */
export function encodeDocuments(documents: DocumentArray): Uint8Array {
  return encodeWith((writer) => documents.writeDocuments(writer, 1))
}

/** DocumentArrayProto bytes to documents, lazily. */
export function decodeDocuments(bytes: Uint8Array): DocumentArray {
  const bounds: number[] = []
  scanDocuments(bytes, 0, bytes.length, bounds)
  return DocumentArray.view(bytes, bounds)
}

/** Whether the documents are those of these DataContentProto bytes, in order, none touched: then the bytes say it all. */
export function isUntouched(documents: DocumentArray, bytes: Uint8Array): boolean {
  return documents.source === bytes && documents.isUntouched
}
