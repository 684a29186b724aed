/** Requests and answers as DataRequestProto: what gRPC and the `bytes` sub-protocol of WebSocket carry. */
import { decodeData, encodeData } from '../../document/data-content.ts'
import type { DocumentArray } from '../../document/document-array.ts'
import { decodeStruct, encodeStruct } from '../../protobuf/struct.ts'
import { Envelope } from '../../wire/envelope.ts'
import { decodeRoutes } from '../../wire/routes.ts'
import { decodeStatus } from '../../wire/status.ts'
import type { Reply, RequestHead } from './connection.ts'

/** What all requests have in common is written once. */
export function envelopeEncoder({ endpoint, parameters, targetExecutor }: RequestHead) {
  const shared = {
    endpoint,
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters: encodeStruct(parameters) } : {}),
    ...(targetExecutor ? { targetExecutor } : {}),
  }
  return (requestId: string, docs: DocumentArray | null): Uint8Array =>
    Envelope.create({ ...shared, ...(docs === null ? {} : { data: encodeData(docs) }), requestId }).encode()
}

/** Throws XserveError BAD_REQUEST for bytes that are no DataRequestProto. */
export function envelopeReply(bytes: Uint8Array): Reply {
  const envelope = Envelope.parse(bytes)
  let docs: DocumentArray | undefined
  let parameters: Record<string, unknown> | undefined
  const { requestId, isError } = envelope
  return {
    requestId,
    isError,
    get endpoint() {
      return envelope.endpoint
    },
    get status() {
      return decodeStatus(envelope.status)
    },
    get docs() {
      return (docs ??= decodeData(envelope.data))
    },
    get parameters() {
      return (parameters ??= decodeStruct(envelope.parameters))
    },
    get routes() {
      return decodeRoutes(envelope.routeBytes)
    },
  }
}
