/** The answers of one streaming endpoint over gRPC, at the pace of who reads them. */
import type { XserveError } from '../errors.ts'
import type { GrpcCallOptions, GrpcChannel } from './grpc.ts'

const STREAM_DOC = '/jina.JinaSingleDocumentRequestRPC/stream_doc'
/** Frames that have come and are not read; with so many the server is told to wait. */
const MOST_WAITING = 16

export async function* readFrames(
  channel: GrpcChannel,
  request: Uint8Array,
  options: GrpcCallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = []
  const state: { over: boolean; failure: XserveError | null; paused: boolean } = {
    over: false,
    failure: null,
    paused: false,
  }
  let wake = (): void => {}
  const stream = channel.duplex(
    STREAM_DOC,
    {
      message(bytes) {
        waiting.push(bytes)
        if (waiting.length >= MOST_WAITING && !state.paused) {
          state.paused = true
          stream.pause()
        }
        wake()
      },
      end(error) {
        state.over = true
        state.failure = error
        wake()
      },
    },
    options,
  )
  try {
    stream.write(request)
    stream.end()
    for (;;) {
      const bytes = waiting.shift()
      if (bytes !== undefined) yield bytes
      else if (state.failure) throw state.failure
      else if (state.over) return
      else {
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        if (state.paused) {
          state.paused = false
          stream.resume()
        }
        await more
      }
    }
  } finally {
    stream.cancel()
  }
}
