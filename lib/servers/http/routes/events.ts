/** GET /<streaming endpoint>: one document in, an event for each that is made of it (Jina facts §2.4). */
import type { ServedRuntime } from '../../../wire/call.ts'
import type { Envelope } from '../../../wire/envelope.ts'
import { decodeStatus } from '../../../wire/status.ts'
import { InvalidRequest, type Location } from '../../json/invalid.ts'
import { requestFromJson } from '../../json/request.ts'
import { readJsonBody } from '../body.ts'
import { HttpCallContext } from '../call-context.ts'
import { createEvents } from '../events.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../exchange.ts'
import { jsonReply } from '../reply.ts'
import { failure, refusal } from './call.ts'

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // Proxies that gather answers would keep the first event until the last.
  'x-accel-buffering': 'no',
} as const

/** Members of a request; an object with `data` and no others beside these is one, any other is a document. */
const MEMBERS: ReadonlySet<string> = new Set([
  'data',
  'parameters',
  'header',
  'exec_endpoint',
  'execEndpoint',
  'target_executor',
  'targetExecutor',
])

/** Whether the caller asks for events by its `accept`: then they also come for a POST, since pages cannot GET with a body. */
export function wantsEvents(request: HttpRequest): boolean {
  return /\btext\/event-stream\b/i.test(request.header('accept') ?? '')
}

/** What fails before the first document is told by the status of the answer, what fails later by an event. */
export function eventsRoute(runtime: ServedRuntime, endpoint: string): HttpHandler {
  return async (request) => {
    let envelope: Envelope
    try {
      envelope = await readRequest(request, endpoint)
    } catch (error) {
      return refusal(error)
    }
    const frames = runtime.handler.stream(envelope, new HttpCallContext(request))[Symbol.asyncIterator]()
    let first: IteratorResult<Envelope>
    try {
      first = await frames.next()
    } catch (error) {
      return failure(envelope, error, 'v2')
    }
    if (first.done !== true && first.value.isError) {
      void frames.return?.()
      return failed(first.value)
    }
    return { status: 200, headers: HEADERS, body: createEvents(first, frames, wantsEvents(request)) }
  }
}

function failed(answer: Envelope): HttpResponse {
  const status = decodeStatus(answer.status)
  return jsonReply(JSON.stringify({ detail: status.description, header: { requestId: answer.requestId, status } }), 500)
}

async function readRequest(request: HttpRequest, endpoint: string): Promise<Envelope> {
  const value = (await request.body()).length > 0 ? await readJsonBody(request) : documentOf(request.query)
  if (!isRequest(value)) return requestFromJson({ data: oneOf(value, ['body']) }, endpoint, 'v2')
  return requestFromJson({ ...value, data: oneOf(value.data, ['body', 'data']) }, endpoint, 'v2')
}

/** A list of one will do. */
function oneOf(value: unknown, location: Location): unknown {
  if (!Array.isArray(value)) return value
  if (value.length === 1) return value[0]
  const what = `an endpoint that streams takes one document, not ${value.length}`
  throw new InvalidRequest('BAD_DOCUMENT', location, what, { type: 'value_error.one_document' })
}

function isRequest(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false
  return Object.keys(value).every((name) => MEMBERS.has(name)) && typeof value.data === 'object'
}

/** Each key is a field; lists and objects are written as JSON. */
function documentOf(query: string): Record<string, unknown> {
  const fields = [...new URLSearchParams(query)].map(([name, text]) => [name, fieldOf(name, text)] as const)
  return Object.fromEntries(fields)
}

function fieldOf(name: string, text: string): unknown {
  if (name === 'id' || name === 'text' || !/^[[{]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
