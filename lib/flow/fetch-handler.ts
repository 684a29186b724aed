/** HTTP requests on their way to the user's own gateway, and its answers back, piece by piece. */
import type { Deployment } from '../deployment/deployment.ts'
import { decodeData, encodeData } from '../document/data-content.ts'
import type { Document } from '../document/document.ts'
import { DocumentArray } from '../document/document-array.ts'
import { newId } from '../document/id.ts'
import { XserveError } from '../errors.ts'
import { GATEWAY } from '../plan/plan.ts'
import { HttpCallContext } from '../servers/http/call-context.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../servers/http/exchange.ts'
import { jsonReply } from '../servers/http/reply.ts'
import { Envelope } from '../wire/envelope.ts'
import { FETCH_ENDPOINT, type HeaderList, readAnswer, requestDocument } from '../wire/fetch-message.ts'
import { decodeStatus } from '../wire/status.ts'

/** `scheme`: what callers write. What `fetch` throws is status 500, as of an executor. Rejects with XserveError when the worker is not there. */
export function createFetchHandler(deployment: Pick<Deployment, 'stream'>, scheme: 'http' | 'https'): HttpHandler {
  return async (request) => {
    const call = await envelopeOf(request, scheme)
    const frames = deployment.stream(call, new HttpCallContext(request))[Symbol.asyncIterator]()
    const first = await frames.next()
    if (first.done === true) throw nothing()
    if (first.value.isError) {
      void frames.return?.()
      return jsonReply(JSON.stringify({ detail: decodeStatus(first.value.status).description }), 500)
    }
    const document = documentOf(first.value)
    const { status, headers } = readAnswer(document)
    // What is no Gateway passes documents on, as any executor without the endpoint does.
    if (!Number.isInteger(status)) throw nothing()
    return { status, headers: joined(headers), body: bodyOf(document, frames) }
  }
}

async function envelopeOf(request: HttpRequest, scheme: string): Promise<Envelope> {
  const { method, rawPath, query } = request
  const host = request.header('host') ?? 'localhost'
  const document = requestDocument({
    method,
    url: `${scheme}://${host}${rawPath}${query === '' ? '' : `?${query}`}`,
    headers: request.headers(),
    body: await request.body(),
  })
  const data = encodeData(new DocumentArray([document]), 'v1')
  return Envelope.create({ requestId: newId(), endpoint: FETCH_ENDPOINT, data })
}

/** Several of one name are lines of their own: cookies cannot be joined (RFC 9110 §5.3). */
function joined(headers: HeaderList): HttpResponse['headers'] {
  const all: Record<string, string | string[]> = {}
  for (const [name, value] of headers) {
    const before = all[name]
    all[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value]
  }
  return all
}

/** An answer without a body ends at once; the first piece came with its head. */
function bodyOf(first: Document, rest: AsyncIterator<Envelope>): HttpResponse['body'] {
  const { blob } = first
  if (blob === undefined) {
    void rest.return?.()
    return null
  }
  return pieces(blob, rest)
}

/** Throws when the rest does not come: the front breaks the answer off, so that nobody takes it for whole. */
async function* pieces(first: Uint8Array, rest: AsyncIterator<Envelope>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      if (next.value.isError) {
        const { description } = decodeStatus(next.value.status)
        throw new XserveError('ANSWER_FAILED', description, { where: GATEWAY })
      }
      const { blob } = documentOf(next.value)
      if (blob !== undefined) yield blob
    }
  } finally {
    void rest.return?.()
  }
}

function documentOf(frame: Envelope): Document {
  const [document] = decodeData(frame.data, 'v1')
  if (document === undefined) throw nothing()
  return document
}

const nothing = (): XserveError =>
  new XserveError('BAD_RESULT', 'the gateway answered nothing', {
    where: GATEWAY,
    hint: 'does its class extend Gateway, and does fetch() give a Response?',
  })
