/** POST /post, /index, /foo …: a JSON request to the call handler, its answer as JSON (Jina facts §2.2). */
import { XserveError } from '../../../errors.ts'
import type { ServedRuntime } from '../../../wire/call.ts'
import type { Envelope } from '../../../wire/envelope.ts'
import { camelCaseAnswer, camelCaseFailure } from '../../json/answer.ts'
import { requestFromJson } from '../../json/request.ts'
import { readJsonBody } from '../body.ts'
import { HttpCallContext } from '../call-context.ts'
import type { HttpHandler, HttpResponse } from '../exchange.ts'
import { errorReply, jsonReply } from '../reply.ts'

/** `endpoint` null: the request names it. An executor's error is 200 with the status in the header, as Jina has it. */
export function callRoute(runtime: ServedRuntime, endpoint: string | null): HttpHandler {
  const { handler } = runtime
  return async (request) => {
    let envelope: Envelope
    try {
      envelope = requestFromJson(await readJsonBody(request), endpoint)
    } catch (error) {
      return refusal(error)
    }
    let answer: Envelope
    try {
      answer = await handler.call(envelope, new HttpCallContext(request))
    } catch (error) {
      return failure(envelope, error)
    }
    try {
      return jsonReply(camelCaseAnswer(answer))
    } catch (error) {
      return unsayable(envelope, error)
    }
  }
}

/** What the caller got wrong; anything unknown is for the front to mask. */
function refusal(error: unknown): HttpResponse {
  if (error instanceof XserveError) return errorReply(error)
  throw error
}

/** What lies behind the gateway: the request echoed with the reason in its header. */
function failure(request: Envelope, error: unknown): HttpResponse {
  if (!(error instanceof XserveError) || error.kind === 'request') return refusal(error)
  const ours = error.httpStatus < 500 && error.kind !== 'network'
  return jsonReply(camelCaseFailure(request, error), ours ? 500 : error.httpStatus)
}

/** Documents that the caller has not sent, and JSON cannot say: a sparse tensor, chunks without an end. */
function unsayable(request: Envelope, error: unknown): HttpResponse {
  if (!(error instanceof XserveError)) throw error
  return jsonReply(camelCaseFailure(request, error), 500)
}
