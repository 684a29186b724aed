/** Documents of several branches as one array: joined by id, or one behind the other (Jina facts §5.5, first dialect). */
import type { Document } from './document.ts'
import { DocumentArray } from './document-array.ts'

/** All documents, in the order of the branches. */
export function concatenate(branches: readonly DocumentArray[]): DocumentArray {
  const out = new DocumentArray()
  for (const branch of branches) out.extend(branch)
  return out
}

/**
 * One document an id: what the left has stays, what it has not is taken from the right; unknown ids are put at the end.
 * The documents of the first branch are changed.
 */
export function reduceDocuments(branches: readonly DocumentArray[]): DocumentArray {
  const out = new DocumentArray()
  const byId = new Map<string, Document>()
  for (const branch of branches) {
    for (const document of branch) {
      const known = byId.get(document.id)
      if (known) fill(known, document)
      else {
        byId.set(document.id, document)
        out.push(document)
      }
    }
  }
  return out
}

/** Fields that are plain values; `undefined` and 0 count as empty. */
const PLAIN = ['weight', 'uri', 'modality', 'mimeType', 'offset', 'embedding', 'granularity', 'adjacency'] as const

function fill(left: Document, right: Document): void {
  for (const name of PLAIN) if (!left[name] && right[name]) Object.assign(left, { [name]: right[name] })
  fillContent(left, right)
  if (left.location.length === 0 && right.location.length > 0) left.location = right.location
  for (const name of ['tags', 'scores', 'evaluations'] as const) {
    if (isEmpty(left[name]) && !isEmpty(right[name])) Object.assign(left, { [name]: right[name] })
  }
  for (const name of ['chunks', 'matches'] as const) {
    if (right[name].length > 0)
      Object.assign(left, {
        [name]: left[name].length === 0 ? right[name] : reduceDocuments([left[name], right[name]]),
      })
  }
}

/** Text, blob and tensor exclude each other, and an empty one is filled from the right: so the right's other kind wins. */
function fillContent(left: Document, right: Document): void {
  if (right.tensor && !left.tensor) left.tensor = right.tensor
  else if (right.blob && !left.blob) left.blob = right.blob
  else if (right.text && !left.text) left.text = right.text
}

const isEmpty = (object: object): boolean => Object.keys(object).length === 0
