/** What a method gets: one object whose members are made when they are read. */
import { decodeData } from '../document/data-content.ts'
import type { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import { concatenate } from '../document/reduce.ts'
import type { CallMessage } from '../link/messages.ts'
import { decodeStruct } from '../protobuf/struct.ts'
import { LONGEST_TIMER_MS } from '../within.ts'
import { parametersFor } from './parameters.ts'

/** W3C trace context of the caller. */
export interface TracingContext {
  readonly traceparent: string
  readonly tracestate?: string
}

/** Whose parameters they are. */
export interface Addressee {
  readonly name: string
  readonly metasName: string
}

/** What an endpoint has declared, applied to a call. */
export interface CallRules {
  /** Before the method; a promise is waited for. Throws or rejects when something does not fit. */
  receive(call: ExecutorCall): undefined | Promise<void>
  /** On documents that are about to be answered. */
  send(documents: DocumentArray): void
  /** Whether documents leave as another class than they came: then those that nobody touched are checked, too. */
  readonly changesClass: boolean
}

/** The argument of a method bound to an endpoint. */
export class ExecutorCall {
  readonly #message: CallMessage
  readonly #addressee: Addressee
  #matrix: DocumentArray[] | null = null
  #docs: DocumentArray | null = null
  #parameters: Record<string, unknown> | null = null
  #controller: AbortController | null = null
  #timer: Timer | undefined
  #gone = false
  /** The call that this one is a part of: one document of several, for an endpoint that streams. */
  #whole: ExecutorCall | null = null
  /** @internal null: anything goes. */
  rules: CallRules | null = null
  /** @internal Told when the caller goes, besides the signal. */
  onCancel: (() => void) | null = null

  constructor(message: CallMessage, addressee: Addressee) {
    this.#message = message
    this.#addressee = addressee
  }

  /** The endpoint that the request named. */
  get endpoint(): string {
    return this.#message.endpoint
  }

  /** Documents of all branches, one behind the other; changes in place count. */
  get docs(): DocumentArray {
    if (this.#docs === null) {
      const matrix = this.#branches()
      this.#docs = matrix.length === 1 ? matrix[0]! : concatenate(matrix)
    }
    return this.#docs
  }

  /** The document that a streaming endpoint is asked about; elsewhere the first one. undefined: there is none. */
  get doc(): Document | undefined {
    return this.docs.at(0)
  }

  /** @internal The call as a streaming endpoint sees it that was called with several documents. */
  only(doc: Document): ExecutorCall {
    const part = new ExecutorCall(this.#message, this.#addressee)
    part.#docs = new DocumentArray([doc])
    part.#whole = this
    part.rules = this.rules
    part.#parameters = this.#parameters
    return part
  }

  /** @internal A call for the documents of several callers, who are told of in `message` as one. */
  static together(message: CallMessage, addressee: Addressee, docs: DocumentArray): ExecutorCall {
    const call = new ExecutorCall(message, addressee)
    call.#docs = docs
    call.#matrix = [docs]
    return call
  }

  /** @internal undefined as long as nobody has read documents: then they are as they came. */
  get docsIfRead(): DocumentArray | undefined {
    if (this.#docs !== null || this.#matrix !== null) return this.docs
    return undefined
  }

  /** Documents of each incoming branch. */
  get docsMatrix(): DocumentArray[] {
    return this.#branches()
  }

  /** Documents by the name of the executor that they come from; `gateway`, as in Jina: from the caller, or put together there. */
  get docsMap(): Record<string, DocumentArray> {
    const matrix = this.#branches()
    return Object.fromEntries(this.#message.branches.map(({ name }, index) => [name || 'gateway', matrix[index]!]))
  }

  #branches(): DocumentArray[] {
    if (this.#whole !== null) return this.#whole.#branches()
    this.#matrix ??= this.#message.branches.map((branch) => decodeData(branch.data, this.#message.dialect))
    return this.#matrix
  }

  /** Numbers are doubles. Changes stay here. */
  // biome-ignore lint/suspicious/noExplicitAny: parameters are whatever the caller sent; executors declare what they expect
  get parameters(): Record<string, any> {
    if (this.#parameters === null) {
      const { parameters } = this.#message
      const { name, metasName } = this.#addressee
      this.#parameters = parameters.length === 0 ? {} : parametersFor(decodeStruct(parameters), name, metasName)
    }
    return this.#parameters
  }

  /** @internal As they were checked, defaults filled in. */
  replaceParameters(parameters: Record<string, unknown>): void {
    this.#parameters = parameters
  }

  /** Aborts when the caller has gone (AbortError) or its deadline has passed (TimeoutError). */
  get signal(): AbortSignal {
    if (this.#whole !== null) return this.#whole.signal
    if (this.#controller === null) {
      this.#controller = new AbortController()
      const { deadline } = this.#message
      if (this.#gone) this.#abort()
      else if (deadline > 0) this.#watch(deadline - Date.now())
    }
    return this.#controller.signal
  }

  #watch(ms: number): void {
    if (ms > LONGEST_TIMER_MS) return
    const late = () => this.#controller?.abort(new DOMException('the deadline of the call has passed', 'TimeoutError'))
    this.#timer = setTimeout(late, Math.max(0, ms))
    this.#timer.unref()
  }

  #abort(): void {
    const late = this.#message.deadline > 0 && Date.now() >= this.#message.deadline
    const reason = late
      ? new DOMException('the deadline of the call has passed', 'TimeoutError')
      : new DOMException('the caller has gone', 'AbortError')
    this.#controller?.abort(reason)
  }

  /** undefined when the caller traces nothing. */
  get tracingContext(): TracingContext | undefined {
    const { trace } = this.#message
    if (trace === '') return undefined
    const [traceparent = '', tracestate] = trace.split('\n')
    return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
  }

  /** @internal The caller has gone. */
  cancel(): void {
    this.#gone = true
    this.#abort()
    this.onCancel?.()
  }

  /** @internal Nobody waits for the answer any more. */
  get cancelled(): boolean {
    return this.#gone
  }

  /** @internal The call is answered: nothing is to fire any more. */
  finish(): void {
    clearTimeout(this.#timer)
  }
}
