/** An Envelope as the JSON answer of HTTP (camelCase, nulls there) and of WebSocket (snake_case, nulls left out), as recorded. */
import type { DialectName } from '../../document/dialect.ts'
import { dataToFullJson } from '../../document/json-full.ts'
import { quote } from '../../document/quote.ts'
import { dataToNodeJson } from '../../document/v2/to-json.ts'
import type { XserveError } from '../../errors.ts'
import { decodeStruct } from '../../protobuf/struct.ts'
import type { Envelope } from '../../wire/envelope.ts'
import type { Route } from '../../wire/routes.ts'
import { decodeStatus } from '../../wire/status.ts'

/** JinaResponseModel. Throws XserveError for documents that JSON cannot say. */
export function camelCaseAnswer(answer: Envelope): string {
  return camelCaseWith(answer, statusJson(answer.status), answer.routes)
}

/** The request echoed, with what kept it from being answered in its header (Jina facts §2.2). */
export function camelCaseFailure(request: Envelope, error: XserveError): string {
  return camelCaseWith(request, failureJson(error), [])
}

function camelCaseWith(envelope: Envelope, status: string | null, routes: readonly Route[]): string {
  return (
    `{"header":{"requestId":${quote(envelope.requestId)},"status":${status ?? 'null'}` +
    `,"execEndpoint":${quote(envelope.endpoint)},"targetExecutor":${quote(envelope.targetExecutor)}}` +
    `,"parameters":${parametersJson(envelope.parameters)},"routes":[${routes.map(camelCaseRoute).join(',')}]` +
    `,"data":${dataToFullJson(envelope.data)}}`
  )
}

function camelCaseRoute({ executor, startMs, endMs, status }: Route): string {
  return (
    `{"executor":${quote(executor)},"startTime":${startMs > 0 ? timeJson(startMs) : 'null'}` +
    `,"endTime":${endMs > 0 ? timeJson(endMs) : 'null'},"status":${(status && statusJson(status)) ?? 'null'}}`
  )
}

/** What the second dialect's gateway answers (Jina facts §2.3). Throws XserveError for documents that JSON cannot say. */
export function secondAnswer(answer: Envelope): string {
  return (
    `{"data":${JSON.stringify(dataToNodeJson(answer.data))},"parameters":${parametersJson(answer.parameters)}` +
    `,"header":{"requestId":${quote(answer.requestId)},"targetExecutor":${quote(answer.targetExecutor)}}}`
  )
}

/** `detail` is what people read; Jina's client looks into the header for what to raise. */
export function secondFailure(request: Envelope, error: XserveError): string {
  return `{"detail":${quote(error.message)},"header":{"requestId":${quote(request.requestId)},"status":${failureJson(error)}}}`
}

/**
 * DataRequestProto as Python's MessageToDict writes it, its documents in the dialect of the request. Throws XserveError for
 * documents that JSON cannot say.
 */
export function snakeCaseAnswer(answer: Envelope, dialect: DialectName = 'v1'): string {
  return snakeCaseWith(answer, statusJson(answer.status), answer.routes, dialect)
}

export function snakeCaseFailure(request: Envelope, error: XserveError, dialect: DialectName = 'v1'): string {
  return snakeCaseWith(request, failureJson(error), [], dialect)
}

function snakeCaseWith(
  envelope: Envelope,
  status: string | null,
  routes: readonly Route[],
  dialect: DialectName,
): string {
  const data = dialect === 'v1' ? dataToFullJson(envelope.data) : JSON.stringify(dataToNodeJson(envelope.data))
  return (
    `{"header":{"request_id":${quote(envelope.requestId)}${status === null ? '' : `,"status":${status}`}` +
    `,"exec_endpoint":${quote(envelope.endpoint)},"target_executor":${quote(envelope.targetExecutor)}}` +
    `,"parameters":${parametersJson(envelope.parameters)},"routes":[${routes.map(snakeCaseRoute).join(',')}]` +
    `,"data":${data}}`
  )
}

function snakeCaseRoute({ executor, startMs, endMs, status }: Route): string {
  const failed = status && statusJson(status)
  return (
    `{"executor":${quote(executor)}${startMs > 0 ? `,"start_time":${timeJson(startMs)}` : ''}` +
    `${endMs > 0 ? `,"end_time":${timeJson(endMs)}` : ''}${failed ? `,"status":${failed}` : ''}}`
  )
}

function parametersJson(bytes: Uint8Array): string {
  return bytes.length === 0 ? '{}' : JSON.stringify(decodeStruct(bytes))
}

/** StatusProto bytes; null for none, which is a success. */
function statusJson(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : JSON.stringify(decodeStatus(bytes))
}

/** What the status of an answer is, for an error that no executor raised. */
export function failureJson(error: XserveError): string {
  const { hint, where } = error.details
  const description = hint === undefined ? error.message : `${error.message} (${hint})`
  const exception = { name: error.code, args: [error.message], stacks: [], executor: where ?? '' }
  return JSON.stringify({ code: 1, description, exception })
}

let second = -1
let secondText = ''
// The gateway and a single executor begin and end together.
const lastTimes = [-1, -1]
const lastTexts = ['', '']
let older = 0

/** RFC 3339 with microseconds. Times of a moment are told again and again: the last two are kept. */
export function timeJson(ms: number): string {
  if (ms === lastTimes[0]) return lastTexts[0]!
  if (ms === lastTimes[1]) return lastTexts[1]!
  lastTimes[older] = ms
  const text = writeTime(ms)
  lastTexts[older] = text
  older = 1 - older
  return text
}

function writeTime(ms: number): string {
  let whole = Math.floor(ms / 1000)
  let micros = Math.round((ms - whole * 1000) * 1000)
  if (micros === 1_000_000) {
    micros = 0
    whole++
  }
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, -4)
    second = whole
  }
  return `"${secondText}${String(micros + 1_000_000).slice(1)}Z"`
}
