/**
 * SingleDocumentRequestProto, the message of streaming endpoints: a DataRequestProto with a document where that has its
 * data (Jina facts §1.2). Documents stay bytes, so both dialects pass.
 */
import type { CallContext, CallHandler } from './call.ts'
import { Envelope } from './envelope.ts'
import { readFields } from './fields.ts'
import { mergeRepeated, scanRequest } from './scan.ts'
import { varintLength, withTag } from './write.ts'

const EMPTY = new Uint8Array(0)
const DATA = 0x22
const FIRST = 0x0a

/** DataContentProto bytes that hold one document; `document` is a DocumentProto, or a DocProto of the other dialect. */
export function wrapDocument(document: Uint8Array): Uint8Array {
  return withTag(FIRST, withTag(FIRST, document))
}

/** The documents of DataContentProto bytes. Throws XserveError BAD_REQUEST. */
export function unwrapDocuments(data: Uint8Array): Uint8Array[] {
  const documents: Uint8Array[] = []
  for (const list of readFields(data, 'the data of an answer')) {
    if (list.number !== 1) continue
    for (const one of readFields(list.bytes, 'the documents of an answer')) {
      if (one.number === 1) documents.push(one.bytes)
    }
  }
  return documents
}

/** A request without a document is one with an empty document. Throws XserveError BAD_REQUEST. */
export function parseSingleDocument(bytes: Uint8Array): Envelope {
  // In this form each length is as short as can be, so the place of the tag follows from the content.
  const message = mergeRepeated(bytes)
  const { dataStart, dataEnd } = scanRequest(message)
  const document = message.subarray(dataStart, dataEnd)
  const rest =
    dataEnd === 0
      ? [message]
      : [message.subarray(0, dataStart - varintLength(document.length) - 1), message.subarray(dataEnd)]
  return Envelope.parse(Buffer.concat([...rest, withTag(DATA, wrapDocument(document))]))
}

/** One message of a stream. */
export interface DocumentFrame {
  /** DocumentProto bytes; empty when there is none. */
  readonly document: Uint8Array
  /** Header, routes and status: `isError` tells of an executor's error, which is the last frame. */
  readonly envelope: Envelope
}

/** SingleDocumentRequestProto bytes. */
export function encodeFrame({ document, envelope }: DocumentFrame): Uint8Array {
  return envelope.encodeWith(document)
}

/**
 * What a streaming endpoint makes of a request's document, one by one: what every protocol sends on. Rejects as the
 * handler does; leaving the iteration cancels.
 */
export async function* streamDocuments(
  runtime: { readonly handler: CallHandler },
  request: Envelope,
  context: CallContext,
): AsyncGenerator<DocumentFrame, void, undefined> {
  for await (const envelope of runtime.handler.stream(request, context)) {
    const documents = unwrapDocuments(envelope.data)
    for (const document of documents) yield { document, envelope }
    if (documents.length === 0 && envelope.isError) yield { document: EMPTY, envelope }
    if (envelope.isError) return
  }
}
