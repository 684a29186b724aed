/** Named scores of a document: map<string, NamedScoreProto> (Jina facts §1.8). */
import { XserveError } from '../errors.ts'
import { Reader } from '../protobuf/reader.ts'
import type { ReverseWriter } from '../protobuf/reverse-writer.ts'

/** A score with where it comes from. */
export interface NamedScore {
  /** 32-bit float on the wire. */
  value: number
  opName?: string
  description?: string
  /** Id of the document that it refers to. */
  refId?: string
}

/** Scores by name. */
export type Scores = Record<string, NamedScore>

/** One entry of the map is put into `into`. */
export function readScore(entry: Uint8Array, into: Scores): void {
  const reader = new Reader(entry)
  let key = ''
  const score: NamedScore = { value: 0 }
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) key = reader.text()
    else if (tag === 0x12) readNamedScore(reader.nested(), score)
    else reader.skip(tag)
  }
  Object.defineProperty(into, key, { value: score, enumerable: true, configurable: true, writable: true })
}

function readNamedScore(reader: Reader, score: NamedScore): void {
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0d) score.value = reader.float()
    else if (tag === 0x12) score.opName = reader.text()
    else if (tag === 0x1a) score.description = reader.text()
    else if (tag === 0x22) score.refId = reader.text()
    else reader.skip(tag)
  }
}

/** Throws XserveError BAD_DOCUMENT for a score that is no number. */
export function writeScores(writer: ReverseWriter, number: number, scores: Readonly<Scores>): void {
  for (const key of Object.keys(scores).reverse()) {
    const score = scores[key] as NamedScore | number
    const { value, opName, description, refId }: NamedScore = typeof score === 'number' ? { value: score } : score
    if (typeof value !== 'number')
      throw new XserveError('BAD_DOCUMENT', `the value of the score ${JSON.stringify(key)} is no number`)
    const before = writer.length
    if (refId) writer.textField(4, refId)
    if (description) writer.textField(3, description)
    if (opName) writer.textField(2, opName)
    if (value !== 0 || Object.is(value, -0)) writer.floatField(1, value)
    writer.close(2, before)
    writer.textField(1, key)
    writer.close(number, before)
  }
}
