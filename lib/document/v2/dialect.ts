/** docarray's second dialect: views of DocProto bytes, and documents of the first written as docarray's LegacyDocument. */
import type { ReverseWriter } from '../../protobuf/reverse-writer.ts'
import type { Dialect } from '../dialect.ts'
import type { Document } from '../document.ts'
import { DocumentArray } from '../document-array.ts'
import { KNOWN_FIELDS, PLACE_FIELDS } from './known-fields.ts'
import { NodeDocument } from './node-document.ts'
import { writeEntry } from './write-node.ts'

export const SECOND: Dialect = {
  name: 'v2',
  view: (source, start, end, owner) => new NodeDocument(source, start, end, owner, SECOND),
  write(writer, document) {
    if (document instanceof NodeDocument) document.writeTo(writer)
    else writeAsNodes(writer, document)
  },
}

/** Only what is set: the first dialect does not tell empty from absent. */
function writeAsNodes(writer: ReverseWriter, document: Document): void {
  const { extras, kinds } = document
  for (const name of Object.keys(extras ?? {}).reverse()) {
    if (extras![name] !== undefined) writeEntry(writer, name, extras![name], kinds?.get(name), SECOND)
  }
  for (let i = KNOWN_FIELDS.length - 1; i >= 0; i--) {
    const { property, names, model, encode } = KNOWN_FIELDS[i]!
    if (PLACE_FIELDS.has(property)) continue
    const value: unknown = document[property]
    if (isUnset(value)) continue
    writeEntry(writer, names[0]!, encode ? encode(value) : value, kinds?.get(names[0]!) ?? model, SECOND)
  }
}

function isUnset(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0) return true
  if (value instanceof DocumentArray || Array.isArray(value)) return value.length === 0
  return (
    typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value!).length === 0
  )
}
