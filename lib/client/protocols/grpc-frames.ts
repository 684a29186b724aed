/** The answers of one streaming endpoint over gRPC, SingleDocumentRequestProto each, at the pace of who reads them. */
import type { GrpcChannel } from '../../channel/grpc.ts'
import type { FrameOptions } from './connection.ts'
import { createFrameQueue } from './frame-queue.ts'

const STREAM_DOC = '/jina.JinaSingleDocumentRequestRPC/stream_doc'

export async function* readFrames(
  channel: GrpcChannel,
  request: Uint8Array,
  options: FrameOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const queue = createFrameQueue<Uint8Array>({ pause: () => stream.pause(), resume: () => stream.resume() })
  const stream = channel.duplex(STREAM_DOC, { message: queue.push, end: queue.end }, options)
  try {
    stream.write(request)
    stream.end()
    yield* queue.read()
  } finally {
    stream.cancel()
  }
}
