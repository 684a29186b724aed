/** What a worker asks of the Flow over its link is answered by the Flow's own runtime, as a caller at a port would be. */
import type { IncomingCall } from '../link/link.ts'
import type { CallContext, ServedRuntime } from '../wire/call.ts'
import { Envelope } from '../wire/envelope.ts'
import { decodeFlowCall, encodeFlowFailure, FLOW_CALL } from '../wire/flow-call.ts'
import { parseSingleDocument } from '../wire/single-document.ts'

/** Never rejects: failures go back to the worker. */
export async function answerFlowCall(
  runtime: ServedRuntime,
  payload: Uint8Array,
  incoming: IncomingCall,
): Promise<void> {
  const context = contextOf(incoming)
  try {
    // The link takes the memory of the payload back, and a call may wait.
    const { kind, request } = decodeFlowCall(payload.slice())
    if (kind === FLOW_CALL.info) incoming.end([new TextEncoder().encode(JSON.stringify(runtime.info().jina))])
    else if (kind === FLOW_CALL.unary) {
      incoming.end([(await runtime.handler.call(Envelope.parse(request), context)).encode()])
    } else {
      for await (const answer of runtime.handler.stream(parseSingleDocument(request), context)) {
        await incoming.item([answer.encode()])
        if (answer.isError || incoming.cancelled) break
      }
      incoming.end([])
    }
  } catch (error) {
    if (!incoming.cancelled) incoming.fail(encodeFlowFailure(error))
  }
}

function contextOf(incoming: IncomingCall): CallContext {
  const listeners: (() => void)[] = []
  incoming.onCancel = () => {
    for (const listener of listeners) listener()
  }
  let controller: AbortController | undefined
  const onCancel = (listener: () => void): void => {
    if (incoming.cancelled) listener()
    else listeners.push(listener)
  }
  return {
    metadata: () => undefined,
    deadline: 0,
    get signal() {
      if (controller === undefined) {
        const made = new AbortController()
        onCancel(() => made.abort())
        controller = made
      }
      return controller.signal
    },
    onCancel,
    get cancelled() {
      return incoming.cancelled
    },
  }
}
