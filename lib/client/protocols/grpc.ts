/** gRPC: requests on one stream (JinaRPC/Call), or each as a call of its own (process_single_data). */
import { createGrpcChannel, type GrpcCallOptions, type GrpcChannel } from '../../channel/grpc.ts'
import { readFrames } from '../../channel/grpc-frames.ts'
import { asXserveError, XserveError } from '../../errors.ts'
import { readFields } from '../../wire/fields.ts'
import { parseSingleDocument } from '../../wire/single-document.ts'
import { decodeStatus } from '../../wire/status.ts'
import { backoffMs, mayRetry, pause, retry } from '../retry.ts'
import type {
  AskOptions,
  CallOptions,
  Connection,
  ConnectionOptions,
  Transport,
  TransportListener,
} from './connection.ts'
import { createDialect } from './dialect.ts'
import { dryRunFailed } from './dry-run.ts'
import { envelopeEncoder, envelopeReply, singleRequest } from './envelope.ts'

const CALL = '/jina.JinaRPC/Call'
const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
const HEALTH = '/grpc.health.v1.Health/Check'
const INFO = '/jina.JinaInfoRPC/_status'
const DRY_RUN = '/jina.JinaGatewayDryRunRPC/dry_run'
const NOTHING = new Uint8Array(0)

/** `address`: `host:port`. Throws XserveError BAD_ARGUMENT for metadata that cannot be sent. */
export function createGrpcConnection(address: string, options: ConnectionOptions): Connection {
  const { tls, metadata, tuning, connectTimeoutMs } = options
  const channel = createGrpcChannel(address, {
    tls,
    ...(metadata ? { metadata } : {}),
    ...(tuning ? { tuning } : {}),
    ...(connectTimeoutMs ? { connectTimeoutMs } : {}),
  })
  const dialect = createDialect(async (ask) => (await askInfo(channel, ask)).docarray)
  return {
    address,
    encoder: async (head, asking) => envelopeEncoder(head, await dialect(asking)),
    open: (listener, call) => (call.stream ? openStream : openCalls)(channel, listener, call),
    async *frames(head, document, options) {
      const request = singleRequest(head, document, await dialect(options))
      for await (const bytes of readFrames(channel, request, options)) {
        yield envelopeReply(parseSingleDocument(bytes).encode())
      }
    },
    askHealth: (ask) => askHealth(channel, ask),
    askDryRun: (ask) => askDryRun(channel, ask),
    askInfo: (ask) => askInfo(channel, ask),
    close: () => channel.close(),
  }
}

/** A call for each request; the deadline counts for each. */
function openCalls(channel: GrpcChannel, listener: TransportListener, options: CallOptions): Transport {
  const controller = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal
  const call: GrpcCallOptions = { deadlineMs: options.deadlineMs, metadata: options.metadata, signal }
  let open = 0
  let finished = false
  let ended = false
  const end = (error: XserveError | null) => {
    if (ended) return
    ended = true
    controller.abort()
    listener.end(error)
  }
  const answered = (bytes: Uint8Array) => {
    open--
    if (ended) return
    listener.message(() => envelopeReply(bytes))
    if (finished && open === 0) end(null)
  }
  return {
    send(request) {
      open++
      retry(() => channel.unary(SINGLE, request, call), options.retry, signal).then(
        ({ bytes }) => answered(bytes),
        (error) => end(asXserveError(error)),
      )
      return null
    },
    finish() {
      finished = true
      if (open === 0) end(null)
    },
    cancel: () => controller.abort(),
  }
}

/**
 * One stream for all; the deadline counts for the whole. Until the first answer requests are kept: where no connection came
 * about they go out again, if there are attempts left; a server without streams (an executor of an older Jina) tells so
 * before any answer and gets each by itself.
 */
function openStream(channel: GrpcChannel, listener: TransportListener, options: CallOptions): Transport {
  const { deadlineMs, metadata, retry: policy } = options
  const controller = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal
  const started = performance.now()
  let unanswered: Uint8Array[] | null = []
  let finished = false
  let attempt = 1
  let calls: Transport | null = null

  const byCalls = (requests: readonly Uint8Array[]) => {
    calls = openCalls(channel, listener, options)
    for (const request of requests) void calls.send(request, '')
    if (finished) calls.finish()
  }
  const again = async (requests: readonly Uint8Array[], error: XserveError) => {
    await pause(backoffMs(attempt++, policy), signal)
    const left = deadlineMs ? deadlineMs - (performance.now() - started) : undefined
    if (controller.signal.aborted || (left !== undefined && left < 1)) return listener.end(error)
    stream = open(left)
    for (const request of requests) stream.write(request)
    if (finished) stream.end()
  }
  const ended = (error: XserveError | null) => {
    if (error === null || unanswered === null) return listener.end(error)
    const kept = unanswered
    if (error.code === 'UNKNOWN_METHOD') {
      unanswered = null
      byCalls(kept)
    } else if (attempt < policy.maxAttempts && mayRetry(error)) void again(kept, error)
    else listener.end(error)
  }
  const open = (left: number | undefined) =>
    channel.duplex(
      CALL,
      {
        message(bytes) {
          unanswered = null
          listener.message(() => envelopeReply(bytes))
        },
        end: ended,
      },
      { deadlineMs: left, metadata, signal: options.signal },
    )
  let stream = open(deadlineMs)
  return {
    send(request) {
      if (calls) return calls.send(request, '')
      unanswered?.push(request)
      return stream.write(request) ? null : stream.drained()
    },
    finish() {
      finished = true
      if (calls) calls.finish()
      else stream.end()
    },
    cancel() {
      controller.abort()
      calls?.cancel()
      stream.cancel()
    },
  }
}

/** The server says SERVING, or answers `_status` where it has no health service. */
async function askHealth(channel: GrpcChannel, options: AskOptions): Promise<void> {
  const call = { deadlineMs: options.timeoutMs, signal: options.signal }
  try {
    const { bytes } = await channel.unary(HEALTH, NOTHING, call)
    // HealthCheckResponse: one enum in field 1, SERVING is 1.
    if (bytes[0] === 0x08 && bytes[1] === 1) return
  } catch (error) {
    if (asXserveError(error).code !== 'UNKNOWN_METHOD') throw error
    await channel.unary(INFO, NOTHING, call)
    return
  }
  const { address } = channel
  throw new XserveError('UNAVAILABLE', `${address} is there, but not ready: it does not serve yet, or no longer`, {
    where: address,
  })
}

async function askDryRun(channel: GrpcChannel, options: AskOptions): Promise<void> {
  const { bytes } = await channel.unary(DRY_RUN, NOTHING, { deadlineMs: options.timeoutMs, signal: options.signal })
  const status = decodeStatus(bytes)
  if (status.code !== 0) throw dryRunFailed(channel.address, status)
}

/** JinaInfoProto: `jina` is a map of names and versions. */
async function askInfo(channel: GrpcChannel, options: AskOptions): Promise<Record<string, string>> {
  const { bytes } = await channel.unary(INFO, NOTHING, { deadlineMs: options.timeoutMs, signal: options.signal })
  const info: Record<string, string> = {}
  for (const entry of readFields(bytes, 'the status of the server')) {
    if (entry.number !== 1) continue
    const [name, text] = [...readFields(entry.bytes, 'the versions of the server')].map((field) =>
      Buffer.from(field.bytes).toString(),
    )
    if (name !== undefined && text !== undefined) info[name] = text
  }
  return info
}
