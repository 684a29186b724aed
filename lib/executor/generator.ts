/** Generator methods: what makes an endpoint a streaming one, and how its documents are taken. */
import { decodeDocuments, encodeDocuments } from '../document/data-content.ts'
import { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import type { ExecutorCall } from './call.ts'
import type { EndpointTable } from './endpoints.ts'

/** What a call of a generator method gives. */
export type Generating = Iterator<unknown> | AsyncIterator<unknown>

/** Takes one document; a promise tells to wait before the next one. */
export type Take = (document: Document) => Promise<void> | undefined

/** So many documents fit one answer: a caller who wants more of a streaming endpoint must call it as a stream. */
const MOST_COLLECTED = 10_000
/** A generator that never waits is interrupted after this long, so that what it made leaves and cancelling is heard. */
const TURN_MS = 1

/** A method declared with `*`, asynchronous or not. One that merely returns a generator is none: it would have to be called to tell. */
export function isStreaming(method: unknown): boolean {
  const tag = Object.prototype.toString.call(method)
  return tag === '[object AsyncGeneratorFunction]' || tag === '[object GeneratorFunction]'
}

/** The endpoints whose methods stream. */
export function streamingEndpoints(executor: object, table: EndpointTable): string[] {
  const methods = executor as Readonly<Record<string, unknown>>
  return [...table].filter(([, method]) => isStreaming(methods[method])).map(([endpoint]) => endpoint)
}

/**
 * Hands over what the generator yields, one after the other, until it ends or the call is cancelled; then the generator
 * is told to return, wherever it stands. `method` is for messages. Rejects with what the generator throws, and with a
 * TypeError for what it yields besides documents and texts.
 */
export async function pull(generator: Generating, call: ExecutorCall, method: string, take: Take): Promise<void> {
  let running = true
  // The first document leaves before the second is made.
  let turnEnds = 0
  const leave = (): void => {
    if (!running) return
    running = false
    // An error thrown while leaving has nobody to go to but the log, by way of an unhandled rejection.
    void (async () => generator.return?.(undefined))()
  }
  call.onCancel = leave
  try {
    while (!call.cancelled) {
      const next = generator.next()
      const step = next instanceof Promise ? await next : (next as IteratorResult<unknown>)
      if (step.done) {
        running = false
        return
      }
      if (call.cancelled) return
      const room = take(toDocument(step.value, method))
      if (room) await room
      else if (performance.now() < turnEnds) continue
      else await new Promise((resolve) => setImmediate(resolve))
      turnEnds = performance.now() + TURN_MS
    }
  } finally {
    leave()
    call.onCancel = null
  }
}

function toDocument(value: unknown, method: string): Document {
  if (value instanceof Document) return value
  if (typeof value === 'string') return new Document(value)
  const what = value === null || typeof value !== 'object' ? String(value) : `a ${value.constructor?.name ?? 'object'}`
  throw new TypeError(`A streaming endpoint yields Documents and texts, but ${method} yielded ${what}`)
}

/** A generator is asked about one document after the other; branches that come side by side are its own to bring together. */
export function partsOf(call: ExecutorCall): ExecutorCall[] {
  return call.docsMatrix.length > 1 ? [call] : [...call.docs].map((document) => call.only(document))
}

/**
 * A streaming endpoint called for one answer: all that it yields for each of the documents, in their order. Written at
 * once, since a generator may yield the same document again and again.
 */
export async function collect(
  methods: Readonly<Record<string, (call: ExecutorCall) => unknown>>,
  name: string,
  call: ExecutorCall,
  className: string,
): Promise<DocumentArray> {
  const parts: Uint8Array[] = []
  const take: Take = (document) => {
    if (parts.length === MOST_COLLECTED) {
      throw new RangeError(
        `${className}.${name} yields more than ${MOST_COLLECTED} documents, too many for one answer: call it as a stream`,
      )
    }
    const one = new DocumentArray([document])
    call.rules?.send(one)
    parts.push(encodeDocuments(one, call.docs.dialect))
    return undefined
  }
  for (const part of partsOf(call)) {
    if (call.cancelled) break
    await pull(methods[name]!(part) as Generating, call, `${className}.${name}`, take)
  }
  return decodeDocuments(Buffer.concat(parts), call.docs.dialect)
}
