/** The answers of one streaming endpoint over gRPC, at the pace of who reads them. */
import { createFrameQueue } from './frame-queue.ts'
import type { GrpcCallOptions, GrpcChannel } from './grpc.ts'

const STREAM_DOC = '/jina.JinaSingleDocumentRequestRPC/stream_doc'

export async function* readFrames(
  channel: GrpcChannel,
  request: Uint8Array,
  options: GrpcCallOptions,
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
