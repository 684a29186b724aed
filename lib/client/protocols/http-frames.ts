/**
 * The answers of one streaming endpoint over HTTP: a GET with the document as its body, answered by events (Jina facts §2.3).
 * Over node's client, since fetch sends no body with a GET.
 */
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { Document } from '../../document/document.ts'
import { isErrorCode, XserveError } from '../../errors.ts'
import type { ConnectionOptions, FrameOptions, Reply, RequestHead } from './connection.ts'
import { readEvents } from './event-stream.ts'
import { checkHeaders } from './headers.ts'
import { connectionFailed, refusal } from './http-error.ts'
import { parseAnswer } from './json-reply.ts'
import { documentJson, failedReply, failureReply, itemReply, pathOf } from './second-form.ts'
import { socketPlace } from './socket-place.ts'
import { socketTls } from './socket-tls.ts'
import type { HostWatch } from './watch-host.ts'

/** One stream: to whom, what is asked, and how. */
export interface FramesRequest {
  readonly address: string
  readonly head: RequestHead
  readonly document: Document
  readonly options: FrameOptions
  readonly connection: ConnectionOptions
  readonly connectTimeoutMs: number
  readonly watch: () => HostWatch
  /** The connection is closed. */
  readonly closing: AbortSignal
}

/** What the caller and the clock do to one stream. */
interface Ends {
  readonly signal: AbortSignal
  failed(error: unknown): XserveError
}

export async function* readHttpFrames(request: FramesRequest): AsyncGenerator<Reply, void, undefined> {
  const { address, head } = request
  const watch = request.watch()
  const leaving = new AbortController()
  const ends = endsOf(request, watch, leaving.signal)
  try {
    const response = await open(request, ends)
    watch.stop(true)
    if (response.statusCode !== 200) {
      yield await refused(address, head, response)
      return
    }
    yield* repliesOf(address, head, response)
  } catch (error) {
    throw error instanceof XserveError ? error : ends.failed(error)
  } finally {
    watch.stop()
    leaving.abort()
  }
}

function endsOf(request: FramesRequest, watch: HostWatch, leaving: AbortSignal): Ends {
  const { address, closing, connectTimeoutMs: connectMs } = request
  const { deadlineMs = 0, signal } = request.options
  const deadline = deadlineMs > 0 ? AbortSignal.timeout(deadlineMs) : null
  return {
    signal: AbortSignal.any([
      closing,
      leaving,
      watch.silent,
      ...(signal ? [signal] : []),
      ...(deadline ? [deadline] : []),
    ]),
    failed: (error) =>
      connectionFailed(error, {
        address,
        deadlineMs,
        connectMs,
        cancelled: closing.aborted || signal?.aborted === true,
        late: deadline?.aborted === true,
        silent: watch.silent.aborted,
      }),
  }
}

function open(request: FramesRequest, { signal }: Ends): Promise<IncomingMessage> {
  const { address, head, document, connection, options } = request
  const { tls } = connection
  const body = Buffer.from(bodyOf(head, document))
  const place = socketPlace(address)
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    accept: 'text/event-stream',
    ...checkHeaders(connection.metadata),
    ...checkHeaders(options.metadata),
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const where = 'path' in place ? { socketPath: place.path, host: 'localhost' } : place
  const settings = { ...where, method: 'GET', path: pathOf(head.endpoint), headers, signal }
  const sent = tls
    ? requestTls({ ...settings, ...(typeof tls === 'object' ? socketTls(tls) : {}) }, resolve)
    : requestPlain(settings, resolve)
  sent.on('error', reject)
  sent.end(body)
  return promise
}

/** Jina reads a document and nothing beside it; a request with parameters is understood by xserve alone. */
function bodyOf({ parameters, targetExecutor }: RequestHead, document: Document): string {
  const data = documentJson(document)
  const hasParameters = parameters !== undefined && Object.keys(parameters).length > 0
  if (!hasParameters && !targetExecutor) return JSON.stringify(data)
  return JSON.stringify({ data, parameters, ...(targetExecutor ? { target_executor: targetExecutor } : {}) })
}

async function refused(address: string, head: RequestHead, response: IncomingMessage): Promise<Reply> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk as Uint8Array)
  const text = Buffer.concat(chunks).toString()
  const status = response.statusCode ?? 0
  const failed = failedReply(head.endpoint, status, text)
  if (failed) return failed
  const error = refusal(address, status, text)
  if (error.code !== 'UNKNOWN_METHOD') throw error
  throw new XserveError('UNKNOWN_METHOD', `${address} has no endpoint ${head.endpoint} that streams (HTTP ${status})`, {
    where: address,
    hint: 'post without streaming, if the endpoint is there but does not stream',
  })
}

async function* repliesOf(
  address: string,
  { endpoint }: RequestHead,
  response: IncomingMessage,
): AsyncGenerator<Reply, void, undefined> {
  for await (const { name, data } of readEvents(response as AsyncIterable<Uint8Array>)) {
    if (name === 'update') yield itemReply(endpoint, parseAnswer(address, data))
    else if (name === 'end') return
    else if (name === 'error') {
      const { code, detail, status } = parseAnswer(address, data)
      if (code === undefined) {
        yield failureReply(endpoint, detail, status)
        return
      }
      const known = isErrorCode(code) ? code : 'UNAVAILABLE'
      throw new XserveError(known, `${address}: ${detail}`, { where: address })
    }
  }
  throw new XserveError('UNAVAILABLE', `${address} broke the stream off before its end`, { where: address })
}
