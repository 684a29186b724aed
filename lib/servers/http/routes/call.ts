/** POST /post, /index, /foo …: a JSON request to the call handler, its answer as JSON of the same dialect (Jina facts §2.2, §2.3). */
import type { DialectName } from '../../../document/dialect.ts'
import { isTellable, type XserveError } from '../../../errors.ts'
import type { ServedRuntime } from '../../../wire/call.ts'
import type { Envelope } from '../../../wire/envelope.ts'
import { decodeStatus } from '../../../wire/status.ts'
import { camelCaseAnswer, camelCaseFailure, giveBack, secondAnswer, secondFailure } from '../../json/answer.ts'
import { dialectOfJson } from '../../json/form.ts'
import { splitPath } from '../../json/invalid.ts'
import { requestFromJson } from '../../json/request.ts'
import { readJsonBody } from '../body.ts'
import { HttpCallContext } from '../call-context.ts'
import type { HttpHandler, HttpResponse } from '../exchange.ts'
import { errorReply, jsonReply, lentReply } from '../reply.ts'

/**
 * `endpoint` null: the request names it. `usual`: the dialect of a request that does not show which one it is written in; null:
 * the first, whatever it looks like.
 */
export function callRoute(runtime: ServedRuntime, endpoint: string | null, usual: DialectName | null): HttpHandler {
  const { handler } = runtime
  return async (request) => {
    let dialect: DialectName
    let envelope: Envelope
    try {
      const body = readJsonBody(request)
      const value = body instanceof Promise ? ((await body) as unknown) : body
      dialect = usual === null ? 'v1' : dialectOfJson(value, usual)
      envelope = requestFromJson(value, endpoint, dialect)
      envelope.dialect = dialect
    } catch (error) {
      return refusal(error)
    }
    let answer: Envelope
    try {
      answer = await handler.call(envelope, new HttpCallContext(request))
    } catch (error) {
      return failure(envelope, error, dialect)
    }
    try {
      return dialect === 'v1' ? lentReply(camelCaseAnswer(answer), giveBack) : secondReply(answer)
    } catch (error) {
      return unsayable(envelope, error, dialect)
    }
  }
}

/** An executor's error is 200 with the status in the header for callers of the first dialect, 500 for those of the second. */
function secondReply(answer: Envelope): HttpResponse {
  if (!answer.isError) return jsonReply(secondAnswer(answer))
  const { description, exception } = decodeStatus(answer.status)
  if (exception?.name === 'ValidationError') return invalidReply(exception.args[0] ?? description)
  return jsonReply(JSON.stringify({ detail: description || exception?.name || 'an error without a description' }), 500)
}

/** A document or parameters that do not fit what the endpoint has declared: `docs[0].price: expected integer, got string`. */
function invalidReply(message: string): HttpResponse {
  const [, place = '', what = message] = /^((?:docs|parameters)[^ :]*): (.*)$/s.exec(message) ?? []
  const loc = ['body', ...splitPath(place.replace(/^docs/, 'data'))]
  return jsonReply(JSON.stringify({ detail: [{ loc, msg: what, type: 'value_error.schema' }] }), 422)
}

/** What the caller got wrong; what callers may not read is for the front to mask. */
export function refusal(error: unknown): HttpResponse {
  if (isTellable(error)) return errorReply(error)
  throw error
}

/** What lies behind the gateway: the request with the reason in its header. */
export function failure(request: Envelope, error: unknown, dialect: DialectName): HttpResponse {
  if (!isTellable(error) || error.kind === 'request') return refusal(error)
  const ours = error.httpStatus < 500 && error.kind !== 'network'
  return jsonReply(failureBody(request, error, dialect), ours ? 500 : error.httpStatus)
}

/** Documents that the caller has not sent, and JSON cannot say: a sparse tensor, chunks without an end. */
function unsayable(request: Envelope, error: unknown, dialect: DialectName): HttpResponse {
  if (!isTellable(error)) throw error
  return jsonReply(failureBody(request, error, dialect), 500)
}

function failureBody(request: Envelope, error: XserveError, dialect: DialectName): string | Uint8Array {
  return dialect === 'v1' ? camelCaseFailure(request, error) : secondFailure(request, error)
}
