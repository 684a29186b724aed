/** An Envelope as the JSON answer of HTTP (camelCase, nulls there; bytes) and of WebSocket (snake_case, nulls left out; text), as recorded. */
import type { DialectName } from '../../document/dialect.ts'
import { writeFullJson } from '../../document/json-full.ts'
import { JsonText } from '../../document/json-text.ts'
import { quote } from '../../document/quote.ts'
import { structJson } from '../../document/struct-json.ts'
import { dataToNodeJson } from '../../document/v2/to-json.ts'
import type { XserveError } from '../../errors.ts'
import type { Envelope } from '../../wire/envelope.ts'
import type { Route } from '../../wire/routes.ts'
import { decodeStatus, failureOf } from '../../wire/status.ts'
import { secondText, splitTime } from './time.ts'
import { writeUsual } from './usual-answer.ts'

/** All answers are written here, one after the other. */
const out = new JsonText()

/** Bytes of an answer that are needed no longer; of whoever does not say so they stay as they are. */
export const giveBack = (answer: Uint8Array): void => out.giveBack(answer)

/** JinaResponseModel as UTF-8. Throws XserveError for documents that JSON cannot say. */
export function camelCaseAnswer(answer: Envelope): Uint8Array {
  return camelCaseWith(answer, statusJson(answer.status), answer.routes)
}

/** The request echoed, with what kept it from being answered in its header (Jina facts §2.2). */
export function camelCaseFailure(request: Envelope, error: XserveError): Uint8Array {
  return camelCaseWith(request, failureJson(error), [])
}

function camelCaseWith(envelope: Envelope, status: string | null, routes: readonly Route[]): Uint8Array {
  out.begin().ascii('{"header":{"requestId":')
  out.quoted(envelope.requestId)
  if (status !== null || envelope.parameters.length > 0 || !writeUsual(out, envelope, routes)) {
    writeMiddle(envelope, status, routes)
  }
  writeFullJson(out, envelope.data)
  out.ascii('}')
  return out.take()
}

/** What stands between the id and the documents. */
function writeMiddle(envelope: Envelope, status: string | null, routes: readonly Route[]): void {
  writeStatus(status ?? NULL)
  out.ascii(',"execEndpoint":')
  out.quoted(envelope.endpoint)
  out.ascii(',"targetExecutor":')
  out.quoted(envelope.targetExecutor)
  writeParameters(envelope.parameters)
  out.ascii(',"routes":[')
  for (let i = 0; i < routes.length; i++) {
    const { executor, startMs, endMs, status: failed } = routes[i]!
    out.ascii(i === 0 ? '{"executor":' : ',{"executor":')
    out.quoted(executor)
    writeTime(',"startTime":', startMs, true)
    writeTime(',"endTime":', endMs, true)
    writeStatus((failed && statusJson(failed)) ?? NULL)
    out.ascii('}')
  }
  out.ascii('],"data":')
}

/** What the second dialect's gateway answers (Jina facts §2.3). Throws XserveError for documents that JSON cannot say. */
export function secondAnswer(answer: Envelope): string {
  return (
    `{"data":${JSON.stringify(dataToNodeJson(answer.data))},"parameters":${structJson(answer.parameters)}` +
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
  out.begin().ascii('{"header":{"request_id":')
  out.quoted(envelope.requestId)
  if (status !== null) writeStatus(status)
  out.ascii(',"exec_endpoint":')
  out.quoted(envelope.endpoint)
  out.ascii(',"target_executor":')
  out.quoted(envelope.targetExecutor)
  writeParameters(envelope.parameters)
  out.ascii(',"routes":[')
  for (let i = 0; i < routes.length; i++) {
    const { executor, startMs, endMs, status: bytes } = routes[i]!
    const failed = bytes && statusJson(bytes)
    out.ascii(i === 0 ? '{"executor":' : ',{"executor":')
    out.quoted(executor)
    writeTime(',"start_time":', startMs, false)
    writeTime(',"end_time":', endMs, false)
    if (failed) writeStatus(failed)
    out.ascii('}')
  }
  out.ascii('],"data":')
  if (dialect === 'v1') writeFullJson(out, envelope.data)
  else out.json(JSON.stringify(dataToNodeJson(envelope.data)))
  out.ascii('}')
  return out.text()
}

const NULL = 'null'

function writeStatus(status: string): void {
  if (status === NULL) out.ascii(',"status":null')
  else {
    out.ascii(',"status":')
    out.json(status)
  }
}

function writeParameters(bytes: Uint8Array): void {
  if (bytes.length === 0) out.ascii('},"parameters":{}')
  else {
    out.ascii('},"parameters":')
    out.json(structJson(bytes))
  }
}

/** StatusProto bytes; null for none, which is a success. */
function statusJson(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : JSON.stringify(decodeStatus(bytes))
}

/** What the status of an answer is, for an error that no executor raised. */
export const failureJson = (error: XserveError): string => JSON.stringify(failureOf(error))

/** RFC 3339 with microseconds, behind `before`; a time of 0 is none: null, or left out with its name. */
function writeTime(before: string, ms: number, told: boolean): void {
  if (ms <= 0) {
    if (told) out.ascii(`${before}null`)
    return
  }
  const micros = splitTime(ms)
  out.ascii(before)
  out.ascii(`"${secondText()}.`)
  out.digits(micros, 6)
  out.ascii('Z"')
}
