/** An executor called in the very process of a test: as it would be served, without a server or a worker. */
import { decodeData, encodeData } from '../document/data-content.ts'
import { DocumentArray, type DocumentInput } from '../document/document-array.ts'
import { XserveError } from '../errors.ts'
import type { AnswerMessage } from '../link/messages.ts'
import { decodeValue, encodeStruct } from '../protobuf/struct.ts'
import { decodeStatus } from '../wire/status.ts'
import type { Executor } from './executor.ts'
import { isStreaming } from './generator.ts'
import type { ExecutorClass } from './handover.ts'
import { createInvoker, type Invoker } from './invoke.ts'
import { type HereOptions, makeHere } from './make-here.ts'

/** What an executor under test is made with; all may be left out. */
export type TestOptions = HereOptions

/** What a method made of one request. */
export interface TestCall {
  readonly docs: DocumentArray
  /** The object that it returned; undefined: none. */
  readonly result: unknown
}

/** An executor under test. */
export interface TestedExecutor<T extends Executor> extends AsyncDisposable {
  /** The instance itself, to look at. */
  readonly executor: T
  /** The documents after one request, all in one. What the method throws is thrown; XserveError ANSWER_FAILED for what does not fit the endpoint's declaration. */
  post(endpoint: string, docs?: Iterable<DocumentInput>, options?: TestPost): Promise<DocumentArray>
  /** The same with what the method returned as an object. */
  call(endpoint: string, docs?: Iterable<DocumentInput>, options?: TestPost): Promise<TestCall>
  /** Runs `close()` of the executor, once. */
  close(): Promise<void>
}

/** What goes with a request. */
export interface TestPost {
  readonly parameters?: Readonly<Record<string, unknown>>
}

const EMPTY = new Uint8Array(0)

/**
 * Documents are written and read as on the wire, so a test sees what a caller would. `init()` has run before the first call.
 * Throws what the constructor throws, XserveError BAD_ENDPOINT for bindings that are none.
 */
export function testExecutor<T extends Executor>(
  Class: ExecutorClass & (abstract new (...args: never[]) => T),
  options: TestOptions = {},
): TestedExecutor<T> {
  const { executor, table, typed } = makeHere(Class, options)
  const thrown = watchErrors(executor, new Set(table.values()))
  let started: Promise<Invoker> | undefined
  let closed: Promise<void> | undefined

  const start = async (): Promise<Invoker> => {
    const checks = await typed()
    await executor.init()
    return createInvoker(executor, Class.name, table, { typed: checks })
  }
  const call = async (endpoint: string, docs: Iterable<DocumentInput> = [], post: TestPost = {}): Promise<TestCall> => {
    started ??= start()
    const invoke = await started
    const data = encodeData(DocumentArray.from(docs))
    const { parameters } = post
    const message = {
      endpoint,
      trace: '',
      deadline: 0,
      parameters: parameters ? encodeStruct(parameters) : EMPTY,
      branches: [{ name: '', data }],
    }
    const answer = await new Promise<AnswerMessage>((resolve) => void invoke(message, resolve))
    if (answer.failed) throw thrown() ?? failureOf(answer)
    return {
      docs: decodeData(answer.unchanged ? data : answer.data),
      result: answer.extra.length === 0 ? undefined : decodeValue(answer.extra),
    }
  }
  const close = async (): Promise<void> => {
    closed ??= Promise.resolve(executor.close())
    await closed
  }
  return {
    executor,
    call,
    post: async (endpoint, docs, post) => (await call(endpoint, docs, post)).docs,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The very error that a method threw: a test is to see more of it than a caller does. */
function watchErrors(executor: Executor, methods: ReadonlySet<string>): () => unknown {
  let last: unknown
  const target = executor as unknown as Record<string, unknown>
  for (const name of methods) {
    const method = target[name] as (call: unknown) => unknown
    if (isStreaming(method)) continue
    const keep = (error: unknown): never => {
      last = error
      throw error
    }
    const watched = (given: unknown): unknown => {
      try {
        const result = method.call(executor, given)
        return result instanceof Promise ? result.catch(keep) : result
      } catch (error) {
        return keep(error)
      }
    }
    Object.defineProperty(executor, name, { value: watched, configurable: true, writable: true })
  }
  return () => {
    const error = last
    last = undefined
    return error
  }
}

function failureOf(answer: AnswerMessage): XserveError {
  const { description, exception } = decodeStatus(answer.extra)
  return new XserveError('ANSWER_FAILED', description, { cause: exception?.stacks.join('') })
}
