/** HTTP: each request a POST in JSON, to /post or to the endpoint as the server's dialect has it, over connections that are kept. */

import { deflateSync, gzipSync } from 'node:zlib'
import type { DocumentArray } from '../../document/document-array.ts'
import { asXserveError, type XserveError } from '../../errors.ts'
import { encodeStruct } from '../../protobuf/struct.ts'
import { DEFAULT_ENDPOINT } from '../../wire/default-endpoint.ts'
import { CONNECT_TIMEOUT_MS } from '../../wire/defaults.ts'
import { retry } from '../retry.ts'
import type {
  AskOptions,
  CallOptions,
  Connection,
  ConnectionOptions,
  Reply,
  RequestHead,
  Transport,
  TransportListener,
} from './connection.ts'
import { createDialect } from './dialect.ts'
import { dryRunFailed } from './dry-run.ts'
import { checkHeaders } from './headers.ts'
import { type Circumstances, connectionFailed, refusal } from './http-error.ts'
import { readHttpFrames } from './http-frames.ts'
import { jsonReply, jsonStatus, parseAnswer } from './json-reply.ts'
import { failedReply, pathOf, secondEncoder, secondReply } from './second-form.ts'
import { authorityOf, socketPlace } from './socket-place.ts'
import { socketTls } from './socket-tls.ts'
import { type HostWatch, watchHost } from './watch-host.ts'

/** Calls side by side at most, whatever `prefetch` says: each takes a connection. */
const MOST_CALLS = 128
interface Answer {
  readonly status: number
  readonly text: string
}

type Ask = (
  method: 'GET' | 'POST',
  path: string,
  body: Uint8Array | null,
  options: { deadlineMs: number | undefined; signal: AbortSignal | undefined; metadata: CallOptions['metadata'] },
) => Promise<Answer>

/** `address`: `host:port`. */
export function createHttpConnection(address: string, options: ConnectionOptions): Connection {
  const closing = new AbortController()
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options
  const host = watchHost(address, connectTimeoutMs)
  const ask = createAsk(address, options, closing.signal, host.watch)
  const dialect = createDialect(async (asked) => (await askInfo(ask, address, asked)).docarray)
  const first: Poster = (_, body, call) => askPost(ask, address, '/post', body, call, jsonReply)
  const second = createSecondPoster(ask, address)
  let post = first
  return {
    address,
    async encoder(head, asking) {
      if ((await dialect(asking)) === 'v1') return encoder(head)
      post = second
      return secondEncoder(head)
    },
    open: (listener, call) => openCalls((body, asked) => post(call.endpoint, body, asked), listener, call),
    frames: (head, document, frameOptions) =>
      readHttpFrames({
        address,
        head,
        document,
        options: frameOptions,
        connection: options,
        connectTimeoutMs,
        watch: host.watch,
        closing: closing.signal,
      }),
    askHealth: (asked) => askHealth(ask, address, asked),
    askDryRun: (asked) => askDryRun(ask, address, asked),
    askInfo: (asked) => askInfo(ask, address, asked),
    close: () => closing.abort(),
  }
}

/** `GET /` answers 200: the health check of Jina's HTTP and WebSocket gateways. */
export async function askHealth(ask: Ask, address: string, { timeoutMs, signal }: AskOptions): Promise<void> {
  const { status, text } = await ask('GET', '/', null, { deadlineMs: timeoutMs, signal, metadata: undefined })
  if (status !== 200) throw refusal(address, status, text)
}

/** `GET /dry_run` answers 200 whatever happened, with a status. */
export async function askDryRun(ask: Ask, address: string, { timeoutMs, signal }: AskOptions): Promise<void> {
  const { status, text } = await ask('GET', '/dry_run', null, { deadlineMs: timeoutMs, signal, metadata: undefined })
  if (status !== 200) throw refusal(address, status, text)
  const outcome = jsonStatus(parseAnswer(address, text))
  if (outcome.code !== 0) throw dryRunFailed(address, outcome)
}

/** `GET /status` tells versions, docarray's among them. */
export async function askInfo(
  ask: Ask,
  address: string,
  { timeoutMs, signal }: AskOptions,
): Promise<Record<string, string>> {
  const { status, text } = await ask('GET', '/status', null, { deadlineMs: timeoutMs, signal, metadata: undefined })
  if (status !== 200) throw refusal(address, status, text)
  const entries = Object.entries(Object(parseAnswer(address, text).jina) as Record<string, unknown>)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** What is asked ends with an XserveError: by its signal, its deadline, `closing`, or since the connection fails. */
export function createAsk(
  address: string,
  options: ConnectionOptions,
  closing: AbortSignal,
  watchOf?: () => HostWatch,
): Ask {
  const { tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options
  const metadata = checkHeaders(options.metadata)
  const origin = `${tls ? 'https' : 'http'}://${authorityOf(address)}`
  const place = socketPlace(address)
  const { compression } = options.tuning ?? {}
  const coding: Record<string, string> = compression === undefined ? {} : { 'content-encoding': compression }
  const always = { 'content-type': 'application/json', accept: 'application/json', ...metadata }
  const watchHere = watchOf ?? watchHost(address, connectTimeoutMs).watch
  return async (method, path, body, call) => {
    checkHeaders(call.metadata)
    const circumstances: Circumstances = { address, deadlineMs: call.deadlineMs ?? 0, connectMs: connectTimeoutMs }
    const deadline = call.deadlineMs ? AbortSignal.timeout(call.deadlineMs) : null
    const watch = watchHere()
    const signal = AbortSignal.any([
      closing,
      watch.silent,
      ...(call.signal ? [call.signal] : []),
      ...(deadline ? [deadline] : []),
    ])
    try {
      const response = await fetch(`${origin}${path}`, {
        method,
        body: body === null || compression === undefined ? body : compressed(body, compression),
        headers: { ...always, ...(body === null ? {} : coding), ...call.metadata },
        redirect: 'manual',
        signal,
        // The caller's deadline is the only one, and no proxy of the environment is asked, as in Jina.
        timeout: false,
        proxy: false,
        ...('path' in place ? { unix: place.path } : {}),
        ...(typeof tls === 'object' ? { tls: socketTls(tls) } : {}),
      } as unknown as RequestInit)
      watch.stop(true)
      return { status: response.status, text: await response.text() }
    } catch (error) {
      const ended = { cancelled: closing.aborted || call.signal?.aborted === true, late: deadline?.aborted === true }
      throw connectionFailed(error, { ...circumstances, ...ended, silent: watch.silent.aborted })
    } finally {
      watch.stop()
    }
  }
}

/** `deflate` is that of HTTP, in the frame of zlib (RFC 9110, section 8.4.1.2). */
const compressed = (body: Uint8Array, how: 'gzip' | 'deflate'): Uint8Array =>
  how === 'gzip' ? gzipSync(body) : deflateSync(body)

/** What all requests have in common is written once. Parameters are refused where they are on every protocol. */
function encoder({ endpoint, parameters, targetExecutor }: RequestHead) {
  if (parameters) encodeStruct(parameters)
  const shared = JSON.stringify({
    execEndpoint: endpoint,
    ...(targetExecutor ? { targetExecutor } : {}),
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters } : {}),
  }).slice(0, -1)
  return (requestId: string, docs: DocumentArray | null): Uint8Array => {
    const data = docs === null ? 'null' : JSON.stringify(docs)
    return Buffer.from(`${shared},"header":{"requestId":${JSON.stringify(requestId)}},"data":${data}}`)
  }
}

type Asked = Parameters<Ask>[3]
/** Sends a request to an endpoint and gives what reads its answer. */
type Poster = (endpoint: string, body: Uint8Array, call: Asked) => Promise<() => Reply>

async function askPost(
  ask: Ask,
  address: string,
  path: string,
  body: Uint8Array,
  call: Asked,
  read: (address: string, text: string) => Reply,
): Promise<() => Reply> {
  const { status, text } = await ask('POST', path, body, call)
  if (status !== 200) throw refusal(address, status, text)
  return () => read(address, text)
}

/** Each endpoint is a path there; one that the server has not goes to the default endpoint, as on gRPC. */
function createSecondPoster(ask: Ask, address: string): Poster {
  const missing = new Set<string>()
  return async (endpoint, body, call) => {
    const own = missing.has(endpoint) ? DEFAULT_ENDPOINT : pathOf(endpoint)
    let { status, text } = await ask('POST', own, body, call)
    if (status === 404 && own !== DEFAULT_ENDPOINT) {
      missing.add(endpoint)
      ;({ status, text } = await ask('POST', DEFAULT_ENDPOINT, body, call))
    }
    if (status === 200) return () => secondReply(address, endpoint, text)
    const failed = failedReply(endpoint, status, text)
    if (failed) return () => failed
    throw refusal(address, status, text)
  }
}

function openCalls(
  ask: (body: Uint8Array, call: Asked) => Promise<() => Reply>,
  listener: TransportListener,
  options: CallOptions,
): Transport {
  const controller = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal
  const call = { deadlineMs: options.deadlineMs, metadata: options.metadata, signal }
  const waiting: (() => void)[] = []
  let open = 0
  let finished = false
  let ended = false
  const end = (error: XserveError | null) => {
    if (ended) return
    ended = true
    controller.abort()
    for (const go of waiting.splice(0)) go()
    listener.end(error)
  }
  const post = async (request: Uint8Array, requestId: string) => {
    try {
      const read = await retry(() => ask(request, call), options.retry, signal)
      if (!ended) listener.message(read, requestId)
    } catch (error) {
      return end(asXserveError(error))
    }
    open--
    waiting.shift()?.()
    if (finished && open === 0) end(null)
  }
  return {
    send(request, requestId) {
      open++
      void post(request, requestId)
      if (open < MOST_CALLS || ended) return null
      return new Promise((resolve) => waiting.push(resolve))
    },
    finish() {
      finished = true
      if (open === 0) end(null)
    },
    cancel: () => controller.abort(),
  }
}
