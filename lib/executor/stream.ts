/** One call of a streaming endpoint: message in, documents out one by one, at the pace of who reads them. */
import { DocumentArray } from '../document/document-array.ts'
import type { AnswerMessage, CallMessage } from '../link/messages.ts'
import { ExecutorCall } from './call.ts'
import type { EndpointTable } from './endpoints.ts'
import type { Executor } from './executor.ts'
import { type Generating, isStreaming, partsOf, pull } from './generator.ts'
import {
  addresseeOf,
  type CallingOptions,
  failed,
  type Methods,
  methodFor,
  receive,
  replaced,
  UNCHANGED,
} from './invoke.ts'

/** Where the answers of a streaming endpoint go. */
export interface StreamSink {
  /** One document; a promise tells to wait before the next one. */
  item(answer: AnswerMessage): Promise<void> | undefined
  /** Nothing comes after it; null: all went well. */
  end(failure: AnswerMessage | null): void
}

/** The call returned can be cancelled: then the generator is told to return. */
export type Streamer = (message: CallMessage, sink: StreamSink) => ExecutorCall

export function createStreamer(
  executor: Executor,
  className: string,
  table: EndpointTable,
  { typed = null, methods = executor as unknown as Methods }: CallingOptions = {},
): Streamer {
  const addressee = addresseeOf(executor)

  const run = async (call: ExecutorCall, message: CallMessage, sink: StreamSink): Promise<void> => {
    const name = methodFor(table, message.endpoint)
    if (name === undefined) {
      sink.item(UNCHANGED)
      return
    }
    // Jina's words, by which its callers know what is wrong.
    if (!isStreaming(methods[name])) throw new TypeError(`endpoint must be generator: ${className}.${name} is not`)
    if (typed !== null) await receive(call, typed, table, message.endpoint)
    // Several come of a join, or of an executor before that adds some.
    for (const part of call.docs.length > 1 ? partsOf(call) : [call]) {
      if (call.cancelled) return
      const generator = methods[name]!(part) as Generating
      await pull(generator, call, `${className}.${name}`, (document) =>
        sink.item(replaced(new DocumentArray([document]), call)),
      )
    }
  }

  return (message, sink) => {
    const call = new ExecutorCall(message, addressee)
    run(call, message, sink).then(
      () => {
        call.finish()
        sink.end(null)
      },
      (error: unknown) => {
        call.finish()
        sink.end(failed(error, className, message))
      },
    )
    return call
  }
}
