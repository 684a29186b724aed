/** What an array of documents asks of the dialect that its documents are written in: docarray's first (v1) or second (v2). */
import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import type { Document } from './document.ts'
import type { Owner } from './document-init.ts'

/** docarray below 0.30 speaks `v1` (DocumentProto), from there on `v2` (DocProto). */
export type DialectName = 'v1' | 'v2'

/** How documents stand in bytes. */
export interface Dialect {
  readonly name: DialectName
  /** A view of the bytes of one document, which must not change afterwards. */
  view(source: Uint8Array, start: number, end: number, owner: Owner | null): Document
  /** Writes the content of a document of either dialect, back to front. */
  write(writer: ReverseWriter, document: Document, owner: Owner | null): void
}
