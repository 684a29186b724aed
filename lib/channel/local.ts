/** A worker process as call interface: request → link message → answer, without touching a document. */
import { XserveError } from '../errors.ts'
import type { Link } from '../link/link.ts'
import { LEAST, loanOf } from '../link/memory/loan.ts'
import { loansOf } from '../link/memory/loans.ts'
import { type AnswerMessage, type Branch, decodeAnswer, encodeCall } from '../link/messages.ts'
import { decodeValue } from '../protobuf/struct.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'
import { withResult } from '../wire/results.ts'
import type { Route } from '../wire/routes.ts'

export interface LocalChannelOptions {
  readonly link: Link
  /** Deployment name, written as the answer's route. */
  readonly name: string
  /** Pod name (`executor0/rep-0`): key of a returned object in `parameters.__results__`. */
  readonly pod: string
  /** Why the link broke, once it has: the worker's end as an error for callers. The link can be gone before the reason is known. */
  readonly whyClosed: () => Promise<XserveError>
}

const NO_PARAMETERS = new Uint8Array(0)

export function createLocalChannel(options: LocalChannelOptions): CallHandler {
  const { link, name } = options
  // Every good answer of this channel has the same route; an executor writes no times (Jina facts §1.5).
  const routes: readonly Route[] = [{ executor: name, startMs: 0, endMs: 0, status: null }]
  const none: readonly Route[] = []

  /** `kept`: Struct bytes that go back where the method returned nothing for them; null: those of the request. */
  const answerOf = (request: Envelope, payload: Uint8Array, kept: Uint8Array | null = null): Envelope => {
    const answer = readAnswer(payload)
    const data = answer.unchanged ? null : answer.data
    if (answer.failed) {
      return request.answer({ role: 'executor', data, parameters: kept, status: answer.extra, routes: none })
    }
    const parameters =
      answer.extra.length === 0 ? kept : withResult(request.parameters, options.pod, decodeValue(answer.extra))
    return request.answer({ role: 'executor', data, parameters, status: null, routes })
  }

  const explain = async (error: unknown): Promise<never> => {
    if (error instanceof XserveError && error.code === 'LINK_CLOSED') throw await options.whyClosed()
    throw error
  }

  const message = (request: Envelope, context: CallContext, stream: boolean) =>
    encodeCall({
      endpoint: request.endpoint || DEFAULT_ENDPOINT,
      trace: traceOf(context),
      deadline: context.deadline,
      parameters: request.parameters,
      branches: branchesOf(request),
      stream,
      dialect: request.dialect,
    })
  const send = (request: Envelope, context: CallContext) => {
    const sent = link.call(message(request, context, false), loansOf(context))
    context.onCancel(() => sent.cancel())
    return sent.answer
  }

  async function* stream(request: Envelope, context: CallContext): AsyncGenerator<Envelope, void, undefined> {
    const items = link.stream(message(request, context, true))
    let over = false
    // A generator that waits for an item cannot be left before it comes: the wait itself is ended.
    context.onCancel(() => {
      if (!over) void items.return?.()
    })
    try {
      // The parameters are the same for each item: they do not go back with every one.
      for await (const payload of items) {
        refuseLate(context)
        yield answerOf(request, payload, NO_PARAMETERS)
      }
      refuseLate(context)
    } catch (error) {
      await explain(error)
    } finally {
      over = true
    }
  }

  return {
    call: (request, context) =>
      send(request, context).then((payload) => {
        refuseLate(context)
        return answerOf(request, payload)
      }, explain),
    stream,
  }
}

/** Of an answer that is on loan only its documents are so, and they only where the loan can be told from them. */
function readAnswer(payload: Uint8Array): AnswerMessage {
  const answer = decodeAnswer(payload)
  if (loanOf(payload) === null) return answer
  const { extra, data } = answer
  return {
    ...answer,
    extra: extra.length > 0 ? Buffer.from(extra) : extra,
    data: data.length > LEAST ? data : Buffer.from(data),
  }
}

/**
 * A method that hears of its deadline and stops is no success: what it has made by then must not pass for all of it, though
 * it may be here a moment before the caller's own clock says so.
 */
function refuseLate({ deadline }: CallContext): void {
  if (deadline > 0 && Date.now() >= deadline) throw new XserveError('DEADLINE', 'the deadline of the call has passed')
}

function traceOf(context: CallContext): string {
  const parent = context.metadata('traceparent')
  if (parent === undefined) return ''
  const state = context.metadata('tracestate')
  return state === undefined ? parent : `${parent}\n${state}`
}

function branchesOf(request: Envelope): Branch[] {
  const branches = [branchOf(request)]
  for (const sibling of request.siblings) branches.push(branchOf(sibling))
  return branches
}

/** A branch is named for the node that answered last on it. */
function branchOf(request: Envelope): Branch {
  return { name: request.lastNode, data: request.data }
}
