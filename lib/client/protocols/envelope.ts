/** Requests and answers as DataRequestProto: what gRPC and the `bytes` sub-protocol of WebSocket carry. */
import { decodeData, encodeData } from '../../document/data-content.ts'
import type { DialectName } from '../../document/dialect.ts'
import type { Document } from '../../document/document.ts'
import { DocumentArray } from '../../document/document-array.ts'
import { newId } from '../../document/id.ts'
import { decodeStruct, encodeStruct } from '../../protobuf/struct.ts'
import { Envelope } from '../../wire/envelope.ts'
import { decodeRoutes } from '../../wire/routes.ts'
import { unwrapDocuments } from '../../wire/single-document.ts'
import { decodeStatus } from '../../wire/status.ts'
import type { Reply, RequestHead } from './connection.ts'

/** What all requests have in common is written once. */
export function envelopeEncoder({ endpoint, parameters, targetExecutor }: RequestHead, dialect: DialectName) {
  const shared = {
    endpoint,
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters: encodeStruct(parameters) } : {}),
    ...(targetExecutor ? { targetExecutor } : {}),
  }
  return (requestId: string, docs: DocumentArray | null): Uint8Array =>
    Envelope.create({ ...shared, ...(docs === null ? {} : { data: encodeData(docs, dialect) }), requestId }).encode()
}

/** The request of a streaming endpoint: SingleDocumentRequestProto. */
export function singleRequest(head: RequestHead, document: Document, dialect: DialectName): Uint8Array {
  const request = Envelope.parse(envelopeEncoder(head, dialect)(newId(), new DocumentArray([document])))
  const [content] = unwrapDocuments(request.data)
  return request.encodeWith(content!)
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
