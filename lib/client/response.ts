/** One answer as a caller sees it; documents, parameters and routes are read when they are asked for. */
import { decodeData } from '../document/data-content.ts'
import type { DocumentArray } from '../document/document-array.ts'
import { XserveError } from '../errors.ts'
import { decodeStruct } from '../protobuf/struct.ts'
import type { Envelope } from '../wire/envelope.ts'
import { decodeRoutes, type RouteRecord } from '../wire/routes.ts'
import { decodeStatus, type ExceptionStatus, type Status } from '../wire/status.ts'

export class PostResponse {
  readonly #envelope: Envelope
  #docs: DocumentArray | undefined
  #parameters: Record<string, unknown> | undefined

  constructor(
    envelope: Envelope,
    /** What it answers: the place of the first document among all inputs, from 0, and how many there were. */
    readonly request: { readonly first: number; readonly count: number },
  ) {
    this.#envelope = envelope
  }

  get docs(): DocumentArray {
    return (this.#docs ??= decodeData(this.#envelope.data))
  }
  /** What methods returned besides documents is in `__results__`. */
  get parameters(): Record<string, unknown> {
    return (this.#parameters ??= decodeStruct(this.#envelope.parameters))
  }
  get header(): { readonly requestId: string; readonly endpoint: string; readonly status: Status } {
    const { requestId, endpoint, status } = this.#envelope
    return { requestId, endpoint, status: decodeStatus(status) }
  }
  /** Who handled the request, from when to when. */
  get routes(): RouteRecord[] {
    return decodeRoutes(this.#envelope.routeBytes)
  }
  /** Whether an executor failed; `header.status` says how. */
  get isError(): boolean {
    return this.#envelope.isError
  }

  toJSON(): Record<string, unknown> {
    const { header, parameters, routes, docs } = this
    return { header, parameters, routes, docs: docs.toJSON() }
  }
}

const NO_EXCEPTION: ExceptionStatus = { name: '', args: [], stacks: [], executor: '' }

/** An executor's error on the caller's side: code ANSWER_FAILED, with what the executor told of it. */
export class AnswerFailed extends XserveError {
  /** Name, arguments, stack and executor of the error; all empty when the answer says nothing but that it failed. */
  readonly exception: ExceptionStatus

  constructor(readonly response: PostResponse) {
    const { description, exception } = response.header.status
    const known = exception ?? NO_EXCEPTION
    const position = positionIn(known.stacks)
    super('ANSWER_FAILED', `${messageOf(description, known)}${documentsOf(response)}`, {
      ...(position === undefined ? {} : { where: position }),
      ...(known.stacks.length === 0 ? {} : { cause: known.stacks.join('').trimEnd() }),
    })
    this.exception = known
  }
}

function messageOf(description: string, { name, args, executor }: ExceptionStatus): string {
  const what =
    name === ''
      ? description || 'an error without a description'
      : args.length === 0
        ? name
        : `${name}: ${args.join(', ')}`
  return executor === '' ? `the answer is an error: ${what}` : `${executor} failed: ${what}`
}

/** Counted from 1, as people do. */
function documentsOf({ request: { first, count } }: PostResponse): string {
  if (count === 0) return ''
  return count === 1 ? ` (document ${first + 1})` : ` (documents ${first + 1} to ${first + count})`
}

/** Where it was thrown: the first frame of a JavaScript stack, the last one of a Python traceback. */
function positionIn(stacks: readonly string[]): string | undefined {
  const text = stacks.join('\n')
  const script = /^\s*at (?:.*?\()?((?:file:\/\/)?[^()\n]+:\d+:\d+)\)?\s*$/m.exec(text)
  if (script) return script[1]
  const python = [...text.matchAll(/File "([^"\n]+)", line (\d+)/g)].at(-1)
  return python && `${python[1]}:${python[2]}`
}
