/** A document of the second dialect made of plain values, every one of them kept: null, empty texts and lists included. */
import { encodeWith } from '../../protobuf/reverse-writer.ts'
import type { Document } from '../document.ts'
import { SECOND } from './dialect.ts'
import { KIND, newNode } from './node.ts'
import { writeEntry } from './write-node.ts'

const ID = newNode(KIND.text, 'id')

/** Throws XserveError BAD_DOCUMENT naming a value that has no place on the wire. */
export function documentOfFields(fields: Readonly<Record<string, unknown>>): Document {
  const bytes = encodeWith((writer) => {
    for (const name of Object.keys(fields).reverse()) {
      if (fields[name] !== undefined) writeEntry(writer, name, fields[name], name === 'id' ? ID : undefined, SECOND)
    }
  })
  return SECOND.view(bytes, 0, bytes.length, null)
}
