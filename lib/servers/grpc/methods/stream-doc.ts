/** JinaSingleDocumentRequestRPC/stream_doc: one document in, the documents that a streaming endpoint makes of it out. */
import { XserveError } from '../../../errors.ts'
import type { ServedRuntime } from '../../../wire/call.ts'
import { encodeFrame, parseSingleDocument, streamDocuments } from '../../../wire/single-document.ts'
import { createContext } from '../call-context.ts'
import type { GrpcCall, GrpcMethod, GrpcSink } from '../method.ts'

export function streamDocMethod(runtime: ServedRuntime): GrpcMethod {
  return {
    kind: 'stream',
    open(sink, call) {
      let begun = false
      return {
        message(bytes) {
          if (begun) return
          begun = true
          send(runtime, bytes, sink, call).catch((error: unknown) => sink.fail(error))
        },
        end() {
          if (!begun) sink.fail(new XserveError('BAD_REQUEST', 'stream_doc needs one request, none came'))
        },
      }
    },
  }
}

/** The generator is asked for the next document only when the caller has room for it. */
async function send(runtime: ServedRuntime, bytes: Uint8Array, sink: GrpcSink, call: GrpcCall): Promise<void> {
  let gone = false
  let wake = (): void => {}
  sink.onDrain = () => wake()
  call.onCancel(() => {
    gone = true
    wake()
  })
  for await (const frame of streamDocuments(runtime, parseSingleDocument(bytes), createContext(call))) {
    if (gone) return
    if (sink.write(encodeFrame(frame))) continue
    await new Promise<void>((resolve) => {
      wake = resolve
    })
    if (gone) return
  }
  sink.end()
}
