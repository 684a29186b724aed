/** One call of a user's method: message in, answer out. The path of a synchronous method has no promise on it. */

import { encodeData, isUntouched } from '../document/data-content.ts'
import { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import type { AnswerMessage, CallMessage } from '../link/messages.ts'
import { isPlainObject } from '../objects.ts'
import { encodeValue } from '../protobuf/struct.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import type { Batcher } from './batcher.ts'
import { type Addressee, type CallRules, ExecutorCall } from './call.ts'
import type { EndpointTable } from './endpoints.ts'
import type { Executor } from './executor.ts'
import { statusOf } from './failure.ts'
import { collect, isStreaming } from './generator.ts'

/** Answers through `done`, at once when the method is synchronous. The call returned can be cancelled. */
export type Invoker = (message: CallMessage, done: (answer: AnswerMessage) => void) => ExecutorCall

const EMPTY = new Uint8Array(0)
export const UNCHANGED: AnswerMessage = { failed: false, unchanged: true, extra: EMPTY, data: EMPTY }
/** A request without the field `data` is answered with one that holds no documents, as Jina does. */
const NO_DOCUMENTS: AnswerMessage = {
  failed: false,
  unchanged: false,
  extra: EMPTY,
  data: encodeData(new DocumentArray()),
}

/** The method for an endpoint; undefined: there is none, so documents pass as they came. */
export function methodFor(table: EndpointTable, endpoint: string): string | undefined {
  return table.get(endpoint) ?? (endpoint === DRY_RUN_ENDPOINT ? undefined : table.get(DEFAULT_ENDPOINT))
}

/** An executor by the names of its methods. */
export type Methods = Record<string, (call: ExecutorCall) => unknown>

/** Whose parameters those of a call to this executor are. */
export function addresseeOf(executor: Executor): Addressee {
  return { name: executor.name, metasName: executor.metas.name }
}

/** How the methods of an executor are called. */
export interface CallingOptions {
  /** For those endpoints that have declared what they take. Default: none. */
  readonly typed?: TypedEndpoints | null
  /** Default: the executor's own, at once. */
  readonly methods?: Methods
}

export interface InvokerOptions extends CallingOptions {
  /** For endpoints that are batched. Default: none. */
  readonly batcher?: Batcher | null
}

export function createInvoker(
  executor: Executor,
  className: string,
  table: EndpointTable,
  { batcher = null, typed = null, methods = executor as unknown as Methods }: InvokerOptions = {},
): Invoker {
  const addressee = addresseeOf(executor)
  const streaming = new Set([...table.values()].filter((name) => isStreaming(methods[name])))

  return (message, done) => {
    const call = new ExecutorCall(message, addressee)
    const name = methodFor(table, message.endpoint)
    const fail = (error: unknown): void => {
      call.finish()
      done(failed(error, className, message))
    }
    const succeed = (result: unknown): void => {
      call.finish()
      let answer: AnswerMessage
      try {
        answer = answerOf(result, call, message, `${className}.${name}`)
      } catch (error) {
        answer = failed(error, className, message)
      }
      done(answer)
    }
    if (name === undefined) {
      done(message.branches.length === 1 ? UNCHANGED : untouched(call, className, message))
      return call
    }
    const run = (): void => {
      if (batcher !== null) {
        const batched = (results: readonly Document[]): void => succeed(sameOrNew(results, call))
        if (batcher.take(call, message, name, { succeed: batched, fail })) return
      }
      const result = streaming.has(name) ? collect(methods, name, call, className) : methods[name]!(call)
      if (result instanceof Promise || isThenable(result)) void Promise.resolve(result).then(succeed, fail)
      else succeed(result)
    }
    try {
      const checked = typed === null ? undefined : receive(call, typed, table, message.endpoint)
      if (checked === undefined) run()
      else checked.then(run).catch(fail)
    } catch (error) {
      fail(error)
    }
    return call
  }
}

/** By endpoint. */
export type TypedEndpoints = ReadonlyMap<string, CallRules>

/** Checks a call by what its endpoint has declared; a promise is waited for. Throws what does not fit. */
export function receive(
  call: ExecutorCall,
  typed: TypedEndpoints,
  table: EndpointTable,
  endpoint: string,
): undefined | Promise<void> {
  const rules = typed.get(table.has(endpoint) ? endpoint : DEFAULT_ENDPOINT)
  if (rules === undefined) return undefined
  call.rules = rules
  return rules.receive(call)
}

/** Documents that came back as they went: then the answer may be what came. */
function sameOrNew(results: readonly Document[], call: ExecutorCall): DocumentArray | undefined {
  const same = results.every((document, index) => document === call.docs.at(index))
  return same ? undefined : new DocumentArray(results)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Throws a TypeError for a result that is none (Jina facts §3.4), XserveError for documents that cannot be written. */
function answerOf(result: unknown, call: ExecutorCall, message: CallMessage, method: string): AnswerMessage {
  if (result === undefined || result === null) return sameDocuments(call, message)
  if (result instanceof DocumentArray) {
    return result === call.docsIfRead ? sameDocuments(call, message) : replaced(result, call)
  }
  if (result instanceof Document) return replaced(new DocumentArray([result]), call)
  if (Array.isArray(result)) {
    if (result.every((item) => item instanceof Document)) return replaced(new DocumentArray(result), call)
  } else if (isPlainObject(result)) return { ...sameDocuments(call, message), extra: encodeValue(result) }
  throw new TypeError(
    `The return type must be DocumentArray / Dict / \`None\`, but getting ${shown(result)} from ${method} (a list of Documents or a Document will do, too)`,
  )
}

/** Answered in the dialect of the documents that came; where none came, in that of declared types. */
export function replaced(documents: DocumentArray, call: ExecutorCall): AnswerMessage {
  const { rules } = call
  if (rules !== null) {
    rules.send(documents)
    return { failed: false, unchanged: false, extra: EMPTY, data: encodeData(documents, call.docs.dialect ?? 'v2') }
  }
  return { failed: false, unchanged: false, extra: EMPTY, data: encodeData(documents, call.docs.dialect) }
}

/** The documents of the call, as they are by now. */
function sameDocuments(call: ExecutorCall, message: CallMessage): AnswerMessage {
  const single = message.branches.length === 1
  const documents = call.docsIfRead
  if (single && message.branches[0]!.data.length === 0 && !documents?.length) return NO_DOCUMENTS
  const mayPass = single && call.rules?.changesClass !== true
  if (mayPass && (documents === undefined || isUntouched(documents, message.branches[0]!.data))) return UNCHANGED
  return replaced(call.docs, call)
}

/** No method: one branch passes as it came, several become one. */
function untouched(call: ExecutorCall, className: string, message: CallMessage): AnswerMessage {
  try {
    return replaced(call.docs, call)
  } catch (error) {
    return failed(error, className, message)
  }
}

/** The documents go back as they came, as Jina does it: half-changed ones could not be sent again. Of several branches, the first. */
export function failed(error: unknown, className: string, message: CallMessage): AnswerMessage {
  const extra = statusOf(error, className)
  if (message.branches.length > 1) return { failed: true, unchanged: false, extra, data: message.branches[0]!.data }
  const same = message.branches[0]?.data.length === 0 ? NO_DOCUMENTS : UNCHANGED
  return { ...same, failed: true, extra }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list of other things than Documents'
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value)
}
