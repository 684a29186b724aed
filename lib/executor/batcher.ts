/** Calls of batched endpoints: their documents wait, go to the method together, and come back each to its own caller. */

import { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import type { CallMessage } from '../link/messages.ts'
import type { BatchingPlan } from '../plan/plan.ts'
import { RESULTS } from '../wire/results.ts'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'
import { type Addressee, ExecutorCall } from './call.ts'

/** One request: its documents wait, perhaps in several batches. */
interface Entry extends BatchAnswer {
  readonly call: ExecutorCall
  readonly message: CallMessage
  readonly documents: readonly Document[]
  readonly results: Document[]
  /** Documents without a result. */
  missing: number
  /** Answered, or gone. */
  over: boolean
}

/** One document of it. */
interface Item {
  readonly entry: Entry
  readonly index: number
}

/** How one request is answered. */
export interface BatchAnswer {
  /** `results`: one for each of its documents, in their order. */
  succeed(results: readonly Document[]): void
  fail(error: unknown): void
}

export interface Batcher {
  /**
   * Answers later, unless the call is cancelled before. false: the call is not batched, since its endpoint is not or it has
   * no documents. Throws a TypeError for several branches, XserveError BAD_REQUEST for documents that are none.
   */
  take(call: ExecutorCall, message: CallMessage, method: string, answer: BatchAnswer): boolean
  /** Nothing waits for others any more: the process is to end. */
  hurry(): void
}

export interface BatcherOptions {
  /** undefined: the endpoint is not batched. */
  readonly planFor: (endpoint: string) => BatchingPlan | undefined
  readonly methods: Readonly<Record<string, (call: ExecutorCall) => unknown>>
  readonly className: string
  readonly addressee: Addressee
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { planFor, methods, className, addressee } = options
  /** One for each endpoint and parameters: what has the same may go together. */
  const queues = new Map<string, BatchQueue<Item>>()
  let hurried = false

  const runBatch = async (batch: readonly Item[], method: string): Promise<void> => {
    const entries = new Set(batch.map(({ entry }) => entry))
    const call = callOf(batch, addressee)
    for (const entry of entries) entry.call.onCancel = () => leave(entry, entries, call)
    try {
      const result = await methods[method]!(call)
      const results = resultsOf(result, call, batch.length, `${className}.${method}`)
      for (const [place, { entry, index }] of batch.entries()) {
        entry.results[index] = results[place]!
        entry.missing--
      }
      for (const entry of entries) if (entry.missing === 0) finish(entry)
    } catch (error) {
      for (const entry of entries) failEntry(entry, error)
    } finally {
      call.finish()
      for (const entry of entries) entry.call.onCancel = () => leave(entry, NOBODY, null)
    }
  }

  const finish = (entry: Entry): void => {
    if (entry.over) return
    entry.over = true
    entry.succeed(entry.results)
  }

  const failEntry = (entry: Entry, error: unknown): void => {
    if (entry.over) return
    entry.over = true
    dropWaiting(entry)
    entry.fail(error)
  }

  /** A caller has gone: what waits of it is not worked on, and a batch in which nobody else is is told. */
  const leave = (entry: Entry, inBatch: ReadonlySet<Entry>, call: ExecutorCall | null): void => {
    entry.over = true
    dropWaiting(entry)
    if ([...inBatch].every((other) => other.over)) call?.cancel()
  }

  const dropWaiting = (entry: Entry): void => {
    for (const queue of queues.values()) queue.drop((item) => item.entry === entry)
  }

  const queueFor = (key: string, plan: BatchingPlan, method: string): BatchQueue<Item> => {
    let queue = queues.get(key)
    if (queue === undefined) {
      // Parameters differ without end, and so would queues: one that is empty is given up.
      queue = createBatchQueue<Item>(
        plan,
        (batch) => runBatch(batch, method),
        () => queues.delete(key),
      )
      queues.set(key, queue)
      if (hurried) queue.hurry()
    }
    return queue
  }

  return {
    take(call, message, method, answer) {
      const plan = planFor(message.endpoint)
      if (plan === undefined) return false
      if (message.branches.length > 1) throw new TypeError('dynamic batching does not support no_reduce')
      const documents = [...call.docs]
      if (documents.length === 0) return false
      const entry: Entry = { ...answer, call, message, documents, results: [], missing: documents.length, over: false }
      call.onCancel = () => leave(entry, NOBODY, null)
      const queue = queueFor(`${message.endpoint}\n${parametersKey(call)}`, plan, method)
      queue.add(documents.map((_, index) => ({ entry, index })))
      return true
    },
    hurry() {
      hurried = true
      for (const queue of queues.values()) queue.hurry()
    },
  }
}

const NOBODY: ReadonlySet<Entry> = new Set()

/** What the method gets: documents of all, parameters that all have, and no results of executors before, which differ. */
function callOf(batch: readonly Item[], addressee: Addressee): ExecutorCall {
  const { call: first, message } = batch[0]!.entry
  const documents = batch.map(({ entry, index }) => entry.documents[index]!)
  const docs = new DocumentArray(documents).like(first.docs)
  const call = ExecutorCall.together({ ...message, deadline: 0, branches: [] }, addressee, docs)
  delete call.parameters[RESULTS]
  return call
}

/** The same text for the same parameters, whatever the order of their names. */
function parametersKey(call: ExecutorCall): string {
  const { [RESULTS]: _, ...own } = call.parameters
  return JSON.stringify(own, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** Throws a TypeError for a result that is none, or that has not one document for each. */
function resultsOf(result: unknown, call: ExecutorCall, count: number, method: string): readonly Document[] {
  const documents = result === undefined || result === null ? [...call.docs] : listOf(result)
  if (documents === null) {
    throw new TypeError(`${method} is batched, so it returns documents or nothing, not ${typeof result}`)
  }
  if (documents.length !== count) {
    throw new TypeError(
      `${method} got a batch of ${count} documents at ${call.endpoint} and gave back ${documents.length}: it must be one for each`,
    )
  }
  return documents
}

function listOf(result: unknown): readonly Document[] | null {
  if (result instanceof Document) return [result]
  if (!(result instanceof DocumentArray || Array.isArray(result))) return null
  const documents: unknown[] = [...result]
  return documents.every((one) => one instanceof Document) ? documents : null
}
