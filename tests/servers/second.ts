/** Executors like those that answered the recorded requests of docarray's second dialect. */
import { Document } from '../../lib/document/document.ts'
import type { DocumentArray } from '../../lib/document/document-array.ts'
import { Executor } from '../../lib/executor/executor.ts'

type Call = { docs: DocumentArray; parameters: Record<string, unknown> }

/** Endpoints that answer once. */
export class Once extends Executor {
  static override requests = {
    '/default': 'shout',
    '/upper': 'upper',
    '/suffix': 'suffix',
    '/count': 'count',
    '/double': 'double',
    '/fail': 'fail',
    '/label': 'label',
    '/offer': 'offer',
    '/list': 'list',
  }
  shout({ docs }: Call) {
    for (const doc of docs) doc.text = `${doc.text ?? ''}!`
  }
  upper({ docs }: Call) {
    for (const doc of docs) doc.text = doc.text!.toUpperCase()
  }
  suffix({ docs, parameters }: Call) {
    for (const doc of docs) doc.text += String(parameters.suffix)
  }
  count({ docs }: Call) {
    return { n: docs.length }
  }
  double({ docs }: Call) {
    for (const doc of docs) doc.embedding = doc.embedding!.map((x: number) => x * 2)
  }
  fail() {
    throw new TypeError('intended failure')
  }
  label({ docs }: Call) {
    for (const { fields } of docs) fields.labels = [`${fields.title} ${fields.price}`]
  }
  offer({ docs, parameters }: Call) {
    const { factor, unit = 'EUR' } = parameters
    return docs.map(({ fields: { title, price } }) => {
      return new Document({ fields: { line: `${title} in ${unit}`, total: price * Number(factor) } })
    })
  }
  list() {
    return [new Document({ text: 'made' })]
  }
}

type One = { doc: Document; parameters: Record<string, unknown>; signal: AbortSignal }

/** Endpoints that stream. */
export class Many extends Executor {
  static override requests = {
    '/count': 'count',
    '/nothing': 'nothing',
    '/same': 'same',
    '/breaks': 'breaks',
    '/break': 'breaks',
    '/fails': 'fails',
    '/endless': 'endless',
    '/waits': 'waits',
    '/plain': 'plain',
  }
  made = 0
  left: () => void = () => {}

  async *count({ doc, parameters }: One) {
    for (let i = 0; i < Number(parameters.to ?? 3); i++) yield new Document({ text: `${doc.text} ${i}` })
  }
  async *nothing() {}
  async *same({ doc }: One) {
    yield doc
  }
  async *breaks() {
    yield 'first'
    throw new RangeError('broke in the middle')
  }
  // biome-ignore lint/correctness/useYield: it fails before its first document
  async *fails() {
    throw new RangeError('broke at once')
  }
  *endless() {
    try {
      for (;;) {
        this.made++
        yield 'x'.repeat(1000)
      }
    } finally {
      this.left()
    }
  }
  async *waits({ doc, signal }: One) {
    try {
      yield doc
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    } finally {
      this.left()
    }
  }
  plain({ docs }: Call) {
    for (const doc of docs) doc.text += ' plain'
  }
}
