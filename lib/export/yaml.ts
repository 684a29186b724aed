/** YAML that every reader understands alike: what one of the older version takes for a number, a date or a truth is quoted. */
import { Document, Scalar, visit } from 'yaml'

/** Letters that begin no number and no sign; nothing that YAML gives a meaning. */
const PLAIN = /^(?:--)?[A-Za-z/][A-Za-z0-9_./@-]*(?::[A-Za-z0-9_./@-]+)*$/
/** JSON is legible between single quotes: all but those and what cannot be printed. */
const SINGLE = /^[\x20-\x26\x28-\x7e]*$/
/** Words of YAML 1.1, and what some readers take for numbers. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|e\d+)$/i

/** Objects in the order of their keys as given; equal input, equal text. */
export function toYaml(documents: readonly object[]): string {
  return documents.map(textOf).join('---\n')
}

function textOf(value: object): string {
  const document = new Document(value, { aliasDuplicateObjects: false, strict: true })
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string' || isPlain(node.value)) return
      node.type = node.value.includes('"') && SINGLE.test(node.value) ? Scalar.QUOTE_SINGLE : Scalar.QUOTE_DOUBLE
    },
  })
  // Nothing is folded, so that what was written can be searched for.
  return document.toString({ lineWidth: 0, minContentWidth: 0, indentSeq: false, doubleQuotedMinMultiLineLength: 1e9 })
}

const isPlain = (text: string): boolean => PLAIN.test(text) && !WORDS.test(text)
