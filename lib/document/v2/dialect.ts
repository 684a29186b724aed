/** docarray's second dialect: views of DocProto bytes, and documents of the first written as docarray's LegacyDocument. */
import type { ReverseWriter } from '../../protobuf/reverse-writer.ts'
import type { Dialect } from '../dialect.ts'
import type { Document } from '../document.ts'
import { type Extras, isUnset, NAMED_SO, PLACE_FIELDS } from '../extras.ts'
import { KNOWN_FIELDS, type KnownField } from './known-fields.ts'
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

/**
 * What is set, and what was said by name to be empty: the first dialect's properties do not tell that from absent. What the class
 * of the document declares beside is null, as it is in documents out of Python.
 */
function writeAsNodes(writer: ReverseWriter, document: Document): void {
  const { extras = {}, kinds } = document
  const properties = KNOWN_FIELDS.filter(({ property }) => !PLACE_FIELDS.has(property) && !isUnset(document[property]))
  const known = new Map(properties.map((field) => [nameOf(field, extras, kinds), field]))
  const beside = Object.keys(extras).filter(
    (name) => extras[name] !== undefined && extras[name] !== NAMED_SO && !known.has(name),
  )
  if (kinds !== null) {
    for (const name of kinds.keys())
      if (!known.has(name) && !beside.includes(name)) writeEntry(writer, name, null, undefined, SECOND)
  }
  for (const name of beside.reverse()) writeEntry(writer, name, extras[name], kinds?.get(name), SECOND)
  for (const [name, { property, model, encode }] of [...known].reverse()) {
    const value: unknown = document[property]
    writeEntry(writer, name, encode ? encode(value) : value, kinds?.get(name) ?? model, SECOND)
  }
}

/** The name that it was set under, that which the class declares, or the usual one. */
function nameOf({ names }: KnownField, extras: Extras, kinds: Document['kinds']): string {
  if (names.length === 1) return names[0]!
  return names.find((name) => extras[name] === NAMED_SO) ?? names.find((name) => kinds?.has(name)) ?? names[0]!
}
