/** stream_doc by a plain gRPC caller, independent of the product's own client. */
import { type Client, type ClientReadableStream, Metadata, type ServiceError } from '@grpc/grpc-js'
import { decode, encode } from '../wire/oracle.ts'
import type { Doc, Plain } from './grpc.ts'

export const STREAM_DOC = '/jina.JinaSingleDocumentRequestRPC/stream_doc'

export interface Frame extends Omit<Plain, 'data'> {
  readonly document?: Doc
}

export interface StreamOptions {
  readonly parameters?: unknown
  readonly deadlineMs?: number
}

const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes)

export function singleRequest(endpoint: string, document: Doc, parameters?: unknown): Uint8Array {
  const header = { request_id: 'r', exec_endpoint: endpoint }
  return encode('jina.SingleDocumentRequestProto', { header, document, ...(parameters ? { parameters } : {}) })
}

/** The stream, paused until it is read. */
export function openStreamDoc(
  client: Client,
  endpoint: string,
  document: Doc,
  options: StreamOptions = {},
): ClientReadableStream<Buffer> {
  return client.makeServerStreamRequest(
    STREAM_DOC,
    same,
    (bytes) => bytes,
    Buffer.from(singleRequest(endpoint, document, options.parameters)),
    new Metadata(),
    options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
  )
}

export const frameOf = (bytes: Uint8Array): Frame =>
  decode('jina.SingleDocumentRequestProto', bytes) as unknown as Frame

export interface Streamed {
  readonly frames: readonly Frame[]
  readonly texts: readonly (string | undefined)[]
  readonly code: number
  readonly details: string
}

/** Everything that comes, and how it ends. */
export async function streamDoc(
  client: Client,
  endpoint: string,
  document: Doc,
  options: StreamOptions = {},
): Promise<Streamed> {
  const frames: Frame[] = []
  const end = { code: 0, details: '' }
  try {
    for await (const bytes of openStreamDoc(client, endpoint, document, options)) frames.push(frameOf(bytes))
  } catch (error) {
    const { code, details } = error as ServiceError
    Object.assign(end, { code, details })
  }
  return { frames, texts: frames.map((frame) => frame.document?.text), ...end }
}
