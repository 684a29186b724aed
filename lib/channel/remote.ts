/** An executor or a Flow elsewhere as call interface: over Jina's services, whoever speaks them (Jina facts §1.3). */

import { XserveError } from '../errors.ts'
import { decodeStruct } from '../protobuf/struct.ts'
import type { CallContext, CallHandler } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { Envelope } from '../wire/envelope.ts'
import { readFields } from '../wire/fields.ts'
import { now } from '../wire/routes.ts'
import { discoveredSchemas } from '../wire/schemas/discovered.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'
import { encodeFrame, unwrapDocuments, wrapDocument } from '../wire/single-document.ts'
import { varintLength, writeBytesField } from '../wire/write.ts'
import type { GrpcCallOptions, GrpcChannel } from './grpc.ts'
import { readFrames } from './grpc-frames.ts'

/** What it says of itself. */
export interface Discovered {
  readonly endpoints: readonly string[]
  /** Those of the endpoints that stream, where it tells. */
  readonly streams: readonly string[]
  /** What they have declared, where it tells. */
  readonly schemas: EndpointSchemas
}

export interface RemoteChannel extends CallHandler {
  /** Asks for the endpoints. A server that does not know the question takes everything (a gateway of Jina 3.14). */
  discover(deadlineMs: number): Promise<Discovered>
}

const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
const LIST = '/jina.JinaDataRequestRPC/process_data'
const CALL = '/jina.JinaRPC/Call'
const DISCOVER = '/jina.JinaDiscoverEndpointsRPC/endpoint_discovery'
const NOTHING = new Uint8Array(0)

/** Answers have the status and the documents of the server; failures are XserveErrors of the channel. */
export function createRemoteChannel(channel: GrpcChannel): RemoteChannel {
  // A gateway of the first versions answers on streams only; found out with the first call.
  let single = true

  const unary = async (request: Envelope, context: CallContext): Promise<Uint8Array> => {
    const options = callOptions(request, context)
    if (request.siblings.length > 0) {
      const branches = [request, ...request.siblings].map(messageOf)
      return (await channel.unary(LIST, encodeList(branches), options)).bytes
    }
    const message = messageOf(request)
    if (!single) return viaStream(channel, message, options)
    try {
      return (await channel.unary(SINGLE, message, options)).bytes
    } catch (error) {
      if (!(error instanceof XserveError && error.code === 'UNKNOWN_METHOD')) throw error
      single = false
      return viaStream(channel, message, options)
    }
  }

  return {
    async call(request, context) {
      return Envelope.parse(await unary(request, context))
    },
    async *stream(request, context) {
      const [document = NOTHING] = unwrapDocuments(request.data)
      const message = encodeFrame({ document, envelope: asked(request) })
      for await (const bytes of readFrames(channel, message, callOptions(request, context))) {
        yield documentsOf(Envelope.parse(bytes))
      }
    },
    async discover(deadlineMs) {
      try {
        return decodeEndpoints((await channel.unary(DISCOVER, NOTHING, { deadlineMs })).bytes)
      } catch (error) {
        if (!(error instanceof XserveError && error.code === 'UNKNOWN_METHOD')) throw error
        // It stands for every endpoint there is.
        return { endpoints: [DEFAULT_ENDPOINT], streams: [], schemas: {} }
      }
    },
  }
}

/**
 * Who is meant has been decided: the pattern is about our names, not about those behind another gateway. What comes straight
 * from the caller has been at this gateway alone, by which executors in Python name its documents in their `docs_map`.
 */
function asked(request: Envelope): Envelope {
  const isFirst = request.lastNode === ''
  if (request.targetExecutor === '' && !isFirst) return request
  const routes = isFirst ? [{ executor: 'gateway', startMs: now(), endMs: 0, status: null }] : request.routes
  return request.answer({ role: 'gateway', data: null, parameters: null, status: null, routes })
}

const messageOf = (request: Envelope): Uint8Array => asked(request).encode()

/** DataRequestListProto. */
function encodeList(requests: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const request of requests) length += 1 + varintLength(request.length) + request.length
  const out = Buffer.allocUnsafe(length)
  let at = 0
  for (const request of requests) at = writeBytesField(out, at, 0x0a, request)
  return out
}

/** A frame of a stream holds one document where an answer holds its data. */
function documentsOf(frame: Envelope): Envelope {
  const parts = { role: 'executor', parameters: null, routes: [] } as const
  const status = frame.isError ? frame.status : null
  return frame.answer({ ...parts, status, data: frame.hasData ? wrapDocument(frame.data) : NOTHING })
}

/** EndpointsProto: names, and their schemas where the server tells them. */
function decodeEndpoints(bytes: Uint8Array): Discovered {
  const endpoints: string[] = []
  let schemas: Readonly<Record<string, unknown>> = {}
  for (const field of readFields(bytes, 'the endpoints')) {
    if (field.number === 1) endpoints.push(Buffer.from(field.bytes).toString())
    else if (field.number === 3) schemas = decodeStruct(field.bytes)
  }
  const streams = endpoints.filter((name) => {
    const schema = schemas[name]
    return typeof schema === 'object' && schema !== null && 'is_generator' in schema && schema.is_generator === true
  })
  return { endpoints, streams, schemas: discoveredSchemas(schemas) }
}

/** Metadata holds printable ASCII only; who needs the endpoint reads it in the message as well. */
const PRINTABLE = /^[\x20-\x7e]*$/

function callOptions(request: Envelope, context: CallContext): GrpcCallOptions {
  const metadata: Record<string, string> = {}
  const { endpoint } = request
  // Heads of Jina choose their polling by it.
  if (PRINTABLE.test(endpoint)) metadata.endpoint = endpoint
  for (const key of ['traceparent', 'tracestate']) {
    const value = context.metadata(key)
    if (value !== undefined) metadata[key] = value
  }
  const { deadline } = context
  return {
    metadata,
    signal: context.signal,
    ...(deadline > 0 ? { deadlineMs: Math.max(1, deadline - Date.now()) } : {}),
  }
}

function viaStream(channel: GrpcChannel, message: Uint8Array, options: GrpcCallOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let answer: Uint8Array | undefined
    const nothing = () =>
      new XserveError('UNAVAILABLE', `${channel.address} ended the call without an answer`, { where: channel.address })
    const stream = channel.duplex(
      CALL,
      {
        message: (bytes) => {
          answer ??= bytes
        },
        end: (error) => (answer && !error ? resolve(answer) : reject(error ?? nothing())),
      },
      options,
    )
    stream.write(message)
    stream.end()
  })
}
